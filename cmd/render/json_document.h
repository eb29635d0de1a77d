#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/resource/attributes.h"

namespace tlm::cmd {

// JSON for other programs, in the order in which it is written, with what a terminal would obey escaped.
// Texts that are not UTF-8 are written as visible() shows them.
class JsonDocument {
  public:
    enum class Form {
        indented,  // by two spaces, as --format json says it
        one_line,
    };
    explicit JsonDocument(Form form = Form::indented);
    ~JsonDocument();
    JsonDocument(const JsonDocument&) = delete;
    JsonDocument& operator=(const JsonDocument&) = delete;

    // The document itself, or an element of the array that is open.
    void begin_object();
    void begin_array();
    void text(std::string_view text);

    // Members of the object that is open. `json` is a value as JSON writes it.
    void begin_object(std::string_view name);
    void begin_array(std::string_view name);
    void text(std::string_view name, std::string_view text);
    void texts(std::string_view name, const std::vector<std::string>& texts);
    void value(std::string_view name, const std::optional<Value>& value);  // or null
    void null(std::string_view name);
    void flag(std::string_view name, bool flag);
    void json(std::string_view name, std::string_view json);
    template <std::integral Number>
    void number(std::string_view name, Number number) {
        if constexpr (std::signed_integral<Number>) {
            write_signed(name, number);
        } else {
            write_unsigned(name, number);
        }
    }

    void end_object();
    void end_array();

    // Bytes that were written.
    [[nodiscard]] std::size_t size() const;
    // All that was written, with a newline at the end.
    [[nodiscard]] std::string finish() const;

  private:
    void key(std::string_view name);
    void write_signed(std::string_view name, std::int64_t number);
    void write_unsigned(std::string_view name, std::uint64_t number);

    struct Writing;  // keeps RapidJSON out of this header
    std::unique_ptr<Writing> writing_;
};

}  // namespace tlm::cmd
