#include "state/snapshot_table.h"

#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace tlm::state {
namespace {

// A page holds so many resources on the average: few enough that a fleet in which one thing has changed is
// written in a few milliseconds, and enough that a large one is a few hundred rows.
constexpr std::size_t kPerPage = 256;
constexpr std::size_t kMostPerPage = 16 * kPerPage;

struct Page {
    std::int64_t number = 0;
    std::span<const LiveResource> resources;
};

// In the order of the snapshot, since what was made together is mostly looked at together. Where a page ends,
// and what its number is, depends on its own ids alone, so that a resource that comes or goes moves nothing
// but what is on its page.
std::vector<Page> pages_of(const Snapshot& snapshot) {
    const std::hash<ResourceId> hash_of;
    const std::span<const LiveResource> all = snapshot.resources;
    std::vector<Page> pages;
    std::unordered_set<std::int64_t> numbers;
    for (std::size_t first = 0, i = 0; i < all.size(); ++i) {
        const std::size_t count = i + 1 - first;
        const bool last = i + 1 == all.size() || count == kMostPerPage;
        if (!last && hash_of(all[i].id) % kPerPage != 0) continue;
        auto number = static_cast<std::int64_t>(hash_of(all[first].id) >> 1U);
        while (!numbers.insert(number).second)
            ++number;
        pages.push_back({number, all.subspan(first, count)});
        first = i + 1;
    }
    return pages;
}

// A page is its resources one after the other, each as: kind, id, name, team, created_at, which attributes
// there are, and their bytes. Texts have their size before them, numbers are in the order of bytes of the
// machine that the cache is for. JSON takes four times as long to read, and a plan with --refresh=false waits
// for it.
class PageWriter {
  public:
    [[nodiscard]] std::string_view write(std::span<const LiveResource> page) {
        bytes_.clear();
        for (const LiveResource& live : page) {
            number(static_cast<std::uint16_t>(live.kind));
            text(live.id.text());
            text(live.name);
            text(live.team.text());
            text(live.created_at.text());
            number(live.attributes.mask());
            text(live.attributes.bytes());
        }
        return bytes_;
    }

  private:
    template <typename T>
    void number(T value) {
        bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
    }
    void text(std::string_view part) {
        number(static_cast<std::uint32_t>(part.size()));
        bytes_ += part;
    }
    std::string bytes_;
};

// Takes one part after the other from the front. What does not fit is zero, and the page is damaged.
class PageReader {
  public:
    explicit PageReader(std::string_view bytes) : bytes_(bytes) {}
    [[nodiscard]] bool at_end() const { return bytes_.empty(); }
    [[nodiscard]] bool damaged() const { return damaged_; }

    template <typename T>
    T number() {
        T value{};
        const std::string_view bytes = take(sizeof value);
        if (!bytes.empty()) std::memcpy(&value, bytes.data(), sizeof value);
        return value;
    }
    std::string_view text() { return take(number<std::uint32_t>()); }

  private:
    std::string_view take(std::size_t size) {
        damaged_ = damaged_ || size > bytes_.size();
        if (damaged_) return bytes_ = {};
        const std::string_view taken = bytes_.substr(0, size);
        bytes_.remove_prefix(size);
        return taken;
    }
    std::string_view bytes_;
    bool damaged_ = false;
};

// Nothing where the page is damaged.
std::optional<LiveResource> read_one(PageReader& reader) {
    LiveResource live;
    const auto kind = reader.number<std::uint16_t>();
    live.kind = static_cast<Kind>(kind);
    live.id = ResourceId(reader.text());
    live.name = reader.text();
    live.team = ResourceId(reader.text());
    live.created_at = Timestamp(reader.text());
    const auto mask = reader.number<std::uint16_t>();
    auto attributes = Attributes::from_bytes(mask, reader.text());
    if (kind > static_cast<std::uint16_t>(Kind::task) || reader.damaged() || !attributes) return std::nullopt;
    live.attributes = std::move(*attributes);
    return live;
}

// Nothing that matters is lost with it. It is forgotten, so that the next one is written even where the fleet
// has not moved; where it can't be, the words are the same.
Error unreadable(Database& database, std::int64_t target) {
    static_cast<void>(database.run("DELETE FROM snapshots WHERE target = ?", target));
    return fail(ErrorCode::state, "the cached snapshot is damaged", database.path(),
                {"Run once without --refresh=false: the fleet is read from the target again."});
}

}  // namespace

Result<void> replace_snapshot(Database& database, std::int64_t target, const Snapshot& snapshot,
                              const std::string& now) {
    // A fleet that has not moved costs no writing.
    if (!snapshot.version.empty()) {
        BOOST_OUTCOME_TRY(
            unmoved, database.run("UPDATE snapshots SET read_at = ? WHERE target = ? AND version = ?", now,
                                  target, snapshot.version));
        if (unmoved > 0) return success();
    }
    BOOST_OUTCOME_TRYV(database.run(
        "INSERT OR REPLACE INTO snapshots(target, read_at, consistent, version) VALUES (?, ?, ?, ?)", target,
        now, std::int64_t{snapshot.consistent}, snapshot.version));
    BOOST_OUTCOME_TRY(rows, database.query("SELECT number FROM snapshot_pages WHERE target = ?", target));
    std::unordered_set<std::int64_t> stale;
    while (true) {
        BOOST_OUTCOME_TRY(more, rows.next());
        if (!more) break;
        stale.insert(rows.integer(0));
    }
    // Nor do pages that are the same.
    PageWriter writer;
    for (const Page& page : pages_of(snapshot)) {
        stale.erase(page.number);
        BOOST_OUTCOME_TRYV(database.run(
            "INSERT INTO snapshot_pages(target, number, resources) VALUES (?, ?, CAST(? AS BLOB))"
            " ON CONFLICT (target, number) DO UPDATE"
            " SET resources = excluded.resources"
            " WHERE resources IS NOT excluded.resources",
            target, page.number, writer.write(page.resources)));
    }
    for (const std::int64_t number : stale) {
        BOOST_OUTCOME_TRYV(
            database.run("DELETE FROM snapshot_pages WHERE target = ? AND number = ?", target, number));
    }
    return success();
}

Result<std::optional<CachedSnapshot>> read_snapshot(Database& database, std::int64_t target,
                                                    const std::string& target_name) {
    BOOST_OUTCOME_TRY(head,
                      database.query("SELECT read_at, consistent FROM snapshots WHERE target = ?", target));
    BOOST_OUTCOME_TRY(found, head.next());
    if (!found) return std::optional<CachedSnapshot>();
    CachedSnapshot cached;
    cached.target = target_name;
    cached.read_at = head.text(0);
    cached.snapshot.consistent = head.integer(1) != 0;
    BOOST_OUTCOME_TRY(
        rows,
        database.query("SELECT resources FROM snapshot_pages WHERE target = ? ORDER BY number", target));
    while (true) {
        BOOST_OUTCOME_TRY(more, rows.next());
        if (!more) return std::optional<CachedSnapshot>(std::move(cached));
        PageReader page(rows.view(0));
        while (!page.at_end()) {
            std::optional<LiveResource> live = read_one(page);
            if (!live) return unreadable(database, target);
            cached.snapshot.resources.push_back(std::move(*live));
        }
    }
}

}  // namespace tlm::state
