#include "providers/agamemnon/requests.h"

#include <fmt/format.h>

#include "providers/agamemnon/curl_requests.h"
#include "providers/agamemnon/resources.h"

namespace tlm::agamemnon {
namespace {

Result<std::string> segment(const ResourceId& id) {
    if (auto text = path_segment(id.text())) return std::move(*text);
    return fail(ErrorCode::refused,
                fmt::format("the server gave the id `{}`, which no path can hold", id.text()));
}

class RequestMaker {
  public:
    explicit RequestMaker(const Call& call) : kind_(call.kind) {}

    Result<Request> operator()(const CreateCall& call) const {
        Request request{"POST", list_path(kind_), create_body(kind_, call), {}, true};
        if (kind_ == Kind::task) {
            BOOST_OUTCOME_TRY(team, segment(call.team));
            request.path = fmt::format("/v1/teams/{}/tasks", team);
        }
        return request;
    }
    Result<Request> operator()(const UpdateCall& call) const {
        BOOST_OUTCOME_TRY(path, item_path(call.id, call.team));
        return Request{kind_ == Kind::team ? "PUT" : "PATCH", path, update_body(kind_, call), {}, false};
    }
    Result<Request> operator()(const RenameCall& call) const {
        BOOST_OUTCOME_TRY(path, item_path(call.id, {}));
        return Request{kind_ == Kind::team ? "PUT" : "PATCH", path, rename_body(call), {}, false};
    }
    Result<Request> operator()(const StartCall& call) const { return action(call.id, "start"); }
    Result<Request> operator()(const StopCall& call) const { return action(call.id, "stop"); }
    Result<Request> operator()(const DeleteCall& call) const {
        BOOST_OUTCOME_TRY(path, item_path(call.id, {}));
        return Request{"DELETE", path, {}, {}, false};
    }

  private:
    Result<std::string> item_path(const ResourceId& id, const ResourceId& team) const {
        BOOST_OUTCOME_TRY(item, segment(id));
        if (kind_ != Kind::task) return fmt::format("{}/{}", list_path(kind_), item);
        BOOST_OUTCOME_TRY(of_team, segment(team));
        return fmt::format("/v1/teams/{}/tasks/{}", of_team, item);
    }
    Result<Request> action(const ResourceId& id, std::string_view verb) const {
        BOOST_OUTCOME_TRY(path, item_path(id, {}));
        return Request{"POST", fmt::format("{}/{}", path, verb), {}, {}, false};
    }

    Kind kind_;
};

}  // namespace

const char* list_path(Kind kind) {
    switch (kind) {
        case Kind::agent:
            return "/v1/agents";
        case Kind::team:
            return "/v1/teams";
        case Kind::task:
            return "/v1/tasks";
    }
    return "";
}

const char* list_member(Kind kind) {
    return list_path(kind) + 4;
}

Result<Request> request_for(const Call& call) {
    BOOST_OUTCOME_TRY(request, std::visit(RequestMaker(call), call.what));
    request.request_id = fmt::format("{}-{}", call.run, call.id.value);
    return std::move(request);
}

}  // namespace tlm::agamemnon
