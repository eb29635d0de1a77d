#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace tlm::cmd {

// What a verb says with --format json, in the order in which it is written; indented by two spaces, and with
// what a terminal would obey escaped. Texts that are not UTF-8 are written as visible() shows them.
class JsonDocument {
  public:
    JsonDocument();
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
