// The program and its module, as they were built, have what compiler and linker were asked for against faults
// in memory. The build's flags are in CMakeLists.txt; this looks at the result, which a flag that got lost
// would change.
#include <elf.h>
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <set>
#include <sstream>
#include <stdexcept>

#include "tests/integration/fixture.h"

namespace tlm::test {
namespace {

namespace fs = std::filesystem;
using testing::Contains;

struct Symbol {
    std::string name;
    bool is_function = false;
    bool is_defined = false;
    std::string begin;  // its first four bytes, where it is defined in a section of code
};

// What this test asks of a 64-bit ELF file of this machine. Throws std::runtime_error where it is none.
class ElfFile {
  public:
    explicit ElfFile(const fs::path& path) {
        std::ostringstream text;
        text << std::ifstream(path, std::ios::binary).rdbuf();
        bytes_ = text.str();
        header_ = at<Elf64_Ehdr>(0);
        if (std::memcmp(header_.e_ident, ELFMAG, SELFMAG) != 0 || header_.e_ident[EI_CLASS] != ELFCLASS64)
            throw std::runtime_error(path.string() + " is no 64-bit ELF file");
    }

    [[nodiscard]] unsigned type() const { return header_.e_type; }

    // Null where there is no such segment.
    [[nodiscard]] std::optional<Elf64_Phdr> segment(unsigned type) const {
        for (std::size_t i = 0; i < header_.e_phnum; ++i) {
            const auto segment = at<Elf64_Phdr>(header_.e_phoff + i * sizeof(Elf64_Phdr));
            if (segment.p_type == type) return segment;
        }
        return std::nullopt;
    }

    [[nodiscard]] bool binds_at_start() const {
        const auto dynamic = segment(PT_DYNAMIC);
        if (!dynamic) return false;
        for (std::size_t i = 0; i < dynamic->p_filesz / sizeof(Elf64_Dyn); ++i) {
            const auto entry = at<Elf64_Dyn>(dynamic->p_offset + i * sizeof(Elf64_Dyn));
            if (entry.d_tag == DT_BIND_NOW ||
                (entry.d_tag == DT_FLAGS && (entry.d_un.d_val & DF_BIND_NOW) != 0))
                return true;
        }
        return false;
    }

    // Of SHT_DYNSYM, or of SHT_SYMTAB, which a program that was stripped does not have.
    [[nodiscard]] std::vector<Symbol> symbols(unsigned table) const {
        std::vector<Symbol> symbols;
        for (std::size_t i = 0; i < header_.e_shnum; ++i) {
            const Elf64_Shdr section = section_at(i);
            if (section.sh_type != table) continue;
            const Elf64_Shdr names = section_at(section.sh_link);
            for (std::size_t n = 0; n < section.sh_size / sizeof(Elf64_Sym); ++n) {
                const auto symbol = at<Elf64_Sym>(section.sh_offset + n * sizeof(Elf64_Sym));
                symbols.push_back({bytes_.c_str() + names.sh_offset + symbol.st_name,
                                   ELF64_ST_TYPE(symbol.st_info) == STT_FUNC, symbol.st_shndx != SHN_UNDEF,
                                   begin_of(symbol)});
            }
        }
        return symbols;
    }

  private:
    template <typename T>
    [[nodiscard]] T at(std::size_t offset) const {
        T value{};
        if (offset + sizeof value > bytes_.size()) throw std::runtime_error("the ELF file is cut short");
        std::memcpy(&value, bytes_.data() + offset, sizeof value);
        return value;
    }
    [[nodiscard]] Elf64_Shdr section_at(std::size_t i) const {
        return at<Elf64_Shdr>(header_.e_shoff + i * sizeof(Elf64_Shdr));
    }
    [[nodiscard]] std::string begin_of(const Elf64_Sym& symbol) const {
        if (symbol.st_shndx == SHN_UNDEF || symbol.st_shndx >= header_.e_shnum) return {};
        const Elf64_Shdr section = section_at(symbol.st_shndx);
        if ((section.sh_flags & SHF_EXECINSTR) == 0 || symbol.st_value < section.sh_addr) return {};
        return bytes_.substr(section.sh_offset + symbol.st_value - section.sh_addr, 4);
    }

    std::string bytes_;
    Elf64_Ehdr header_{};
};

std::set<std::string> imports(const ElfFile& file) {
    std::set<std::string> names;
    for (const Symbol& symbol : file.symbols(SHT_DYNSYM)) {
        if (!symbol.is_defined) names.insert(symbol.name);
    }
    return names;
}

// A setting of the build that is tested, as `release` for CMAKE_BUILD_TYPE.
std::string build_setting(const std::string& name) {
    std::ifstream cache(tested_build() + "/CMakeCache.txt");
    for (std::string line; std::getline(cache, line);) {
        if (line.starts_with(name + ":")) return line.substr(line.find('=') + 1);
    }
    return {};
}

// The program, and the module that talks to servers where there is one.
std::vector<fs::path> built_files() {
    std::vector<fs::path> files = {tested_program()};
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(tested_build()))) {
        if (entry.path().filename() == "tlm-servers.so") files.push_back(entry.path());
    }
    return files;
}

TEST(Hardening, Program_IsLoadedAtAnyAddress) {
    EXPECT_EQ(ElfFile(tested_program()).type(), ET_DYN);
}

TEST(Hardening, TablesOfTheLoader_AreFilledAtTheStartAndReadOnlyAfterwards) {
    for (const fs::path& path : built_files()) {
        const ElfFile file(path);
        EXPECT_TRUE(file.segment(PT_GNU_RELRO)) << path;
        EXPECT_TRUE(file.binds_at_start()) << path;
    }
}

TEST(Hardening, Stack_IsNotExecutable) {
    for (const fs::path& path : built_files()) {
        const auto stack = ElfFile(path).segment(PT_GNU_STACK);
        ASSERT_TRUE(stack) << path;
        EXPECT_EQ(stack->p_flags & PF_X, 0U) << path;
    }
}

TEST(Hardening, OverflowsOfTheStack_AreFound) {
    for (const fs::path& path : built_files())
        EXPECT_THAT(imports(ElfFile(path)), Contains("__stack_chk_fail")) << path;
}

TEST(Hardening, OverflowsInCallsOfTheCLibrary_AreFound) {
    if (tested_program_is_sanitized()) GTEST_SKIP() << "sanitizers check these calls themselves";
    if (build_setting("CMAKE_BUILD_TYPE") == "Debug") GTEST_SKIP() << "_FORTIFY_SOURCE needs optimisation";
    for (const fs::path& path : built_files())
        EXPECT_THAT(imports(ElfFile(path)), Contains(testing::EndsWith("_chk"))) << path;
}

// `std::vector::operator[]` and the like, outside of what they have.
TEST(Hardening, AccessBeyondTheEndOfAContainer_IsFound) {
    EXPECT_THAT(imports(ElfFile(tested_program())), Contains(testing::HasSubstr("__glibcxx_assert_fail")));
}

// Whether it is a function of ours that other sources can call. Of the others (those of one source, lambdas
// and the parts that the compiler splits off) the compiler may know every caller, and leaves the mark out.
bool is_seen_elsewhere(const std::string& name) {
    const bool ours = name.starts_with("_ZN3tlm") || name.starts_with("_ZNK3tlm");
    const bool of_one_source = name.find("_GLOBAL__N_") != std::string::npos || name.starts_with("_ZN3tlmL");
    return ours && !of_one_source && name.find("Ul") == std::string::npos &&
           name.find('.') == std::string::npos;
}

// Not the property in .note.gnu.property, by which the loader switches the check on: the linker sets it only
// where every object has it, and Debian's crt1.o, libyaml and others do not.
TEST(Hardening, FunctionsThatCanBeCalledIndirectly_BeginWithAMarkOfTheProcessors) {
#ifndef __x86_64__
    GTEST_SKIP() << "-fcf-protection is of x86";
#else
    if (tested_program_is_sanitized()) GTEST_SKIP() << "UndefinedBehaviorSanitizer puts its own mark there";
    constexpr std::string_view kEndbr64 = "\xf3\x0f\x1e\xfa";
    std::vector<std::string> without;
    std::size_t with = 0;
    for (const Symbol& symbol : ElfFile(tested_program()).symbols(SHT_SYMTAB)) {
        if (!symbol.is_function || symbol.begin.empty() || !is_seen_elsewhere(symbol.name)) continue;
        if (symbol.begin == kEndbr64) {
            ++with;
        } else {
            without.push_back(symbol.name);
        }
    }
    if (with + without.size() == 0) GTEST_SKIP() << "the program was stripped of its symbols";
    EXPECT_THAT(without, testing::IsEmpty());
    EXPECT_GT(with, 100U);
#endif
}

}  // namespace
}  // namespace tlm::test
