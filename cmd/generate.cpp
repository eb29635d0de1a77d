// Writes what is installed beside the program and made from its tables: `tlm_generate DIRECTORY`. Run by the
// build.

#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <string>

#include "cmd/completion/scripts.h"
#include "cmd/man_page.h"
#include "cmd/option_table.h"

namespace {

namespace fs = std::filesystem;

void write(const fs::path& file, const std::string& text) {
    fs::create_directories(file.parent_path());
    std::ofstream stream(file, std::ios::binary);
    stream.exceptions(std::ios::badbit | std::ios::failbit);
    stream << text << std::flush;
}

void write_all(const fs::path& directory) {
    using namespace tlm::cmd;
    write(directory / "man1" / "tlm.1", man_page(""));
    for (const VerbInfo& verb : verb_table()) {
        const std::string name(verb.name);
        write(directory / "man1" / ("tlm-" + name + ".1"), man_page(name));
    }
    write(directory / "bash" / "tlm", bash_completion());
    write(directory / "zsh" / "_tlm", zsh_completion());
    write(directory / "fish" / "tlm.fish", fish_completion());
}

}  // namespace

int main(int argc, char** argv) {
    try {
        if (argc == 2) write_all(argv[1]);
    } catch (const std::exception& fault) {
        std::fprintf(stderr, "tlm_generate: %s\n", fault.what());
        return 1;
    }
    return argc == 2 ? 0 : 2;
}
