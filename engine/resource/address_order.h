#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <tuple>
#include <utility>
#include <vector>

#include "engine/resource/address.h"

namespace tlm {

// Sorts the items of one workflow by `address`. Each is moved twice only, whatever their number. By kind
// first: files and the state mostly have what is of one kind in its order.
template <typename Iterator>
void sort_within_workflow(Iterator begin, Iterator end) {
    using T = typename Iterator::value_type;
    const auto within = [](const T* item) {
        return std::tie(item->address.kind, item->address.team, item->address.name);
    };
    std::vector<T*> order;
    order.reserve(static_cast<std::size_t>(end - begin));
    for (const Kind kind : {Kind::agent, Kind::team, Kind::task}) {
        for (auto item = begin; item != end; ++item) {
            if (item->address.kind == kind) order.push_back(&*item);
        }
    }
    if (!std::ranges::is_sorted(order, {}, within)) std::ranges::sort(order, {}, within);
    if (std::ranges::is_sorted(order)) return;  // each where it was
    std::vector<T> sorted;
    sorted.reserve(order.size());
    for (T* item : order)
        sorted.push_back(std::move(*item));
    std::ranges::move(sorted, begin);
}

// Sorts by `address`, a member of T. Made for what comes workflow by workflow, as from files and the state:
// only what belongs to one workflow is then compared with each other, while it is still in the cache.
template <typename T>
void sort_by_address(std::vector<T>& items) {
    const auto workflow_of = [](const T& item) -> const std::string& { return item.address.workflow; };
    struct Run {
        typename std::vector<T>::iterator begin, end;
    };
    std::vector<Run> runs;
    for (auto begin = items.begin(); begin != items.end();) {
        const auto end = std::find_if(
            begin, items.end(), [&](const T& item) { return workflow_of(item) != workflow_of(*begin); });
        sort_within_workflow(begin, end);
        runs.push_back({begin, end});
        begin = end;
    }
    const auto run_name = [&](const Run& run) -> const std::string& { return workflow_of(*run.begin); };
    if (std::ranges::is_sorted(runs, std::ranges::less_equal{}, run_name)) return;
    std::ranges::stable_sort(runs, {}, run_name);
    std::vector<T> sorted;
    sorted.reserve(items.size());
    for (const Run& run : runs)
        std::move(run.begin, run.end, std::back_inserter(sorted));
    items = std::move(sorted);
    // Where a workflow came in more than one piece.
    if (!std::ranges::is_sorted(items, {}, &T::address)) std::ranges::sort(items, {}, &T::address);
}

}  // namespace tlm
