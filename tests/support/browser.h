#pragma once

#include <rapidjson/document.h>

#include <optional>
#include <string>
#include <vector>

namespace tlm::test {

// A headless Chromium with one page, told what to do over its DevTools pipe. Every wait has an end: a browser
// that does not answer within a minute is a std::runtime_error.
class Browser {
  public:
    // Where Chromium is installed, empty where it is not.
    [[nodiscard]] static std::string program();

    explicit Browser(const std::string& program);
    ~Browser();
    Browser(const Browser&) = delete;
    Browser& operator=(const Browser&) = delete;

    void open(const std::string& file);
    void resize(int width, int height);
    void set_dark(bool dark);
    void set_scripts(bool enabled);
    void press(const std::string& key, int code);
    void type(const std::string& text);
    // The value of an expression, of a promise once it is kept, as text.
    [[nodiscard]] std::string value(const std::string& expression);
    // What the page says that went wrong since it was opened: violations of its policy, errors, exceptions.
    [[nodiscard]] std::vector<std::string> complaints();
    // What was asked for since the page was opened, by URL.
    [[nodiscard]] std::vector<std::string> requests() const { return requests_; }

  private:
    rapidjson::Document call(const std::string& method, const std::string& parameters);
    rapidjson::Document receive();
    void note(const rapidjson::Document& event);

    std::string profile_;
    int pid_ = -1;
    int to_ = -1;
    int from_ = -1;
    int last_call_ = 0;
    std::string session_;
    std::string pending_;  // received and not yet taken
    bool loaded_ = false;
    std::vector<std::string> complaints_;
    std::vector<std::string> requests_;
};

}  // namespace tlm::test
