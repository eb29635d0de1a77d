#include "tests/support/browser.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <stdexcept>
#include <utility>

namespace tlm::test {
namespace {

constexpr int kPatience = 60'000;  // ms for one answer

std::string json(const std::string& text) {
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
    writer.String(text);
    return {buffer.GetString(), buffer.GetSize()};
}

std::string text_at(const rapidjson::Value& value, std::initializer_list<const char*> path) {
    const rapidjson::Value* at = &value;
    for (const char* name : path) {
        if (!at->IsObject() || !at->HasMember(name)) return {};
        at = &(*at)[name];
    }
    if (at->IsString()) return {at->GetString(), at->GetStringLength()};
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
    at->Accept(writer);
    return {buffer.GetString(), buffer.GetSize()};
}

// Becomes the browser: its commands come on descriptor 3, its answers go to 4.
[[noreturn]] void become(const std::string& program, const std::string& profile, int commands, int answers) {
    // Past 3 and 4 first, so that neither is overwritten while it is still needed.
    const int in = fcntl(commands, F_DUPFD, 10);
    const int out = fcntl(answers, F_DUPFD, 10);
    dup2(in, 3);
    dup2(out, 4);
    const int nowhere = open("/dev/null", O_RDWR);
    dup2(nowhere, STDOUT_FILENO);
    dup2(nowhere, STDERR_FILENO);
    setpgid(0, 0);
    const std::string data = "--user-data-dir=" + profile;
    execl(program.c_str(), program.c_str(), "--headless", "--no-sandbox", "--disable-gpu",
          "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking",
          "--remote-debugging-pipe", data.c_str(), nullptr);
    _exit(127);
}

}  // namespace

std::string Browser::program() {
    for (const char* path : {"/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"}) {
        if (access(path, X_OK) == 0) return path;
    }
    return {};
}

Browser::Browser(const std::string& program) {
    profile_ = (std::filesystem::temp_directory_path() / "tlm-browser-XXXXXX").string();
    if (mkdtemp(profile_.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
    std::array<int, 2> commands{};
    std::array<int, 2> answers{};
    if (pipe2(commands.data(), O_CLOEXEC) != 0 || pipe2(answers.data(), O_CLOEXEC) != 0)
        throw std::runtime_error("pipe failed");
    pid_ = fork();
    if (pid_ < 0) throw std::runtime_error("fork failed");
    if (pid_ == 0) become(program, profile_, commands[0], answers[1]);
    close(commands[0]);
    close(answers[1]);
    to_ = commands[1];
    from_ = answers[0];

    const auto target = call("Target.createTarget", R"({"url":"about:blank"})");
    const auto attached = call(
        "Target.attachToTarget",
        fmt::format(R"({{"targetId":{},"flatten":true}})", json(text_at(target, {"result", "targetId"}))));
    session_ = text_at(attached, {"result", "sessionId"});
    for (const char* domain : {"Page", "Runtime", "Log", "Network"})
        call(std::string(domain) + ".enable", "{}");
}

// Its helpers are in its process group, and no other process is.
Browser::~Browser() {
    close(to_);
    close(from_);
    kill(-pid_, SIGKILL);
    while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
    std::error_code ignored;
    std::filesystem::remove_all(profile_, ignored);
}

void Browser::open(const std::string& file) {
    loaded_ = false;
    complaints_.clear();
    requests_.clear();
    call("Page.navigate", fmt::format(R"({{"url":{}}})", json("file://" + file)));
    while (!loaded_)
        note(receive());
}

void Browser::resize(int width, int height) {
    call("Emulation.setDeviceMetricsOverride",
         fmt::format(R"({{"width":{},"height":{},"deviceScaleFactor":1,"mobile":false}})", width, height));
}

void Browser::set_dark(bool dark) {
    call("Emulation.setEmulatedMedia",
         fmt::format(R"({{"features":[{{"name":"prefers-color-scheme","value":"{}"}}]}})",
                     dark ? "dark" : "light"));
}

void Browser::set_scripts(bool enabled) {
    call("Emulation.setScriptExecutionDisabled", fmt::format(R"({{"value":{}}})", !enabled));
}

void Browser::press(const std::string& key, int code) {
    for (const char* type : {"keyDown", "keyUp"}) {
        call("Input.dispatchKeyEvent",
             fmt::format(R"({{"type":"{}","key":{},"code":{},"windowsVirtualKeyCode":{}}})", type, json(key),
                         json(key), code));
    }
}

void Browser::type(const std::string& text) {
    call("Input.insertText", fmt::format(R"({{"text":{}}})", json(text)));
}

std::string Browser::value(const std::string& expression) {
    const auto answer = call(
        "Runtime.evaluate",
        fmt::format(R"({{"expression":{},"returnByValue":true,"awaitPromise":true}})", json(expression)));
    if (answer["result"].HasMember("exceptionDetails"))
        throw std::runtime_error(text_at(answer, {"result", "exceptionDetails"}));
    return text_at(answer, {"result", "result", "value"});
}

// Asked for and answered in the same order, so that nothing that came before is missed.
std::vector<std::string> Browser::complaints() {
    static_cast<void>(value("0"));
    return complaints_;
}

rapidjson::Document Browser::call(const std::string& method, const std::string& parameters) {
    const int id = ++last_call_;
    std::string message = fmt::format(R"({{"id":{},"method":"{}","params":{}{}}})", id, method, parameters,
                                      session_.empty() ? "" : ",\"sessionId\":" + json(session_));
    message += '\0';
    for (std::size_t sent = 0; sent < message.size();) {
        const ssize_t n = write(to_, message.data() + sent, message.size() - sent);
        if (n < 0 && errno != EINTR) throw std::runtime_error("the browser reads no more");
        if (n > 0) sent += static_cast<std::size_t>(n);
    }
    for (;;) {
        rapidjson::Document answer = receive();
        if (!answer.HasMember("id")) {
            note(answer);
        } else if (answer["id"].GetInt() == id) {
            if (answer.HasMember("error")) throw std::runtime_error(method + text_at(answer, {"error"}));
            return answer;
        }
    }
}

rapidjson::Document Browser::receive() {
    for (;;) {
        const std::size_t end = pending_.find('\0');
        if (end != std::string::npos) {
            rapidjson::Document message;
            message.Parse(pending_.data(), end);
            pending_.erase(0, end + 1);
            if (message.HasParseError() || !message.IsObject())
                throw std::runtime_error("the browser sends no JSON");
            return message;
        }
        pollfd watched = {from_, POLLIN, 0};
        const int ready = poll(&watched, 1, kPatience);
        if (ready == 0) throw std::runtime_error("the browser does not answer");
        std::array<char, 65536> buffer{};
        const ssize_t n = ready < 0 ? -1 : read(from_, buffer.data(), buffer.size());
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) throw std::runtime_error("the browser has ended");
        pending_.append(buffer.data(), static_cast<std::size_t>(n));
    }
}

void Browser::note(const rapidjson::Document& event) {
    const std::string method = text_at(event, {"method"});
    if (method == "Page.loadEventFired") loaded_ = true;
    if (method == "Network.requestWillBeSent")
        requests_.push_back(text_at(event, {"params", "request", "url"}));
    if (method == "Log.entryAdded") complaints_.push_back(text_at(event, {"params", "entry", "text"}));
    if (method == "Runtime.exceptionThrown" || method == "Runtime.consoleAPICalled")
        complaints_.push_back(text_at(event, {"params"}));
}

}  // namespace tlm::test
