#include "cmd/schemas.h"

#include "engine/plan/plan_schema.h"

namespace tlm::cmd {
namespace {

constexpr std::string_view kWorkflow = R"json({
  "$schema": "http://json-schema.org/draft-04/schema#",
  "title": "Workflow telemachy/v1",
  "type": "object",
  "additionalProperties": false,
  "required": ["metadata", "agents", "teams"],
  "properties": {
    "apiVersion": { "type": "string", "enum": ["telemachy/v1"], "default": "telemachy/v1" },
    "metadata": {
      "type": "object",
      "required": ["name"],
      "additionalProperties": { "type": "string" }
    },
    "agents": { "type": "array", "items": { "$ref": "#/definitions/agent" } },
    "teams": { "type": "array", "items": { "$ref": "#/definitions/team" } },
    "teardown": { "enum": ["on_completion", "on_failure", "never"], "default": "on_completion" },
    "timeout_seconds": {
      "anyOf": [{ "type": "number", "minimum": 0, "exclusiveMinimum": true }, { "type": "null" }],
      "default": null
    }
  },
  "definitions": {
    "agent": {
      "type": "object",
      "additionalProperties": false,
      "required": ["name"],
      "properties": {
        "name": { "type": "string", "minLength": 1 },
        "program": { "type": "string", "default": "claude-code" },
        "model": { "type": ["string", "null"], "default": null },
        "working_dir": { "type": "string", "default": "/tmp" },
        "runtime": { "enum": ["local", "docker"], "default": "local" },
        "docker_image": { "type": ["string", "null"], "default": null },
        "cpus": { "type": "integer", "minimum": 1, "default": 2 },
        "memory": { "type": "string", "default": "4g" }
      }
    },
    "team": {
      "type": "object",
      "additionalProperties": false,
      "required": ["name", "agents", "tasks"],
      "properties": {
        "name": { "type": "string", "minLength": 1 },
        "agents": { "type": "array", "items": { "type": "string" } },
        "tasks": { "type": "array", "items": { "$ref": "#/definitions/task" } }
      }
    },
    "task": {
      "type": "object",
      "additionalProperties": false,
      "required": ["subject", "description", "assign_to"],
      "properties": {
        "subject": { "type": "string", "minLength": 1 },
        "description": { "type": "string" },
        "assign_to": { "type": "string" },
        "blocked_by": { "type": "array", "items": { "type": "string" }, "default": [] }
      }
    }
  }
}
)json";

constexpr std::string_view kEvents = R"json({
  "$schema": "http://json-schema.org/draft-04/schema#",
  "title": "One line of the events tlm-events/1",
  "type": "object",
  "required": ["seq", "at", "event"],
  "oneOf": [
    { "$ref": "#/definitions/begin" },
    { "$ref": "#/definitions/plan" },
    { "$ref": "#/definitions/planned" },
    { "$ref": "#/definitions/settled" },
    { "$ref": "#/definitions/started" },
    { "$ref": "#/definitions/progress" },
    { "$ref": "#/definitions/retried" },
    { "$ref": "#/definitions/throttled" },
    { "$ref": "#/definitions/task" },
    { "$ref": "#/definitions/not_read" },
    { "$ref": "#/definitions/teardown" },
    { "$ref": "#/definitions/cancelled" },
    { "$ref": "#/definitions/listening" },
    { "$ref": "#/definitions/not_listening" },
    { "$ref": "#/definitions/finished" },
    { "$ref": "#/definitions/not_applied" },
    { "$ref": "#/definitions/left_behind" },
    { "$ref": "#/definitions/mismatch" },
    { "$ref": "#/definitions/drift" },
    { "$ref": "#/definitions/found" },
    { "$ref": "#/definitions/summary" }
  ],
  "definitions": {
    "count": { "type": "integer", "minimum": 0 },
    "time": { "type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z$" },
    "strings": { "type": "array", "items": { "type": "string" } },
    "verb": { "enum": ["plan", "apply", "run", "destroy", "drift"] },
    "action": { "enum": ["create", "update", "replace", "delete", "adopt", "none"] },
    "value": {
      "anyOf": [
        { "type": "null" },
        { "type": "string" },
        { "type": "integer" },
        { "$ref": "#/definitions/strings" }
      ]
    },
    "begin": {
      "type": "object",
      "additionalProperties": false,
      "required": ["seq", "at", "event", "format", "version", "verb"],
      "properties": {
        "seq": { "$ref": "#/definitions/count" },
        "at": { "$ref": "#/definitions/time" },
        "event": { "enum": ["begin"] },
        "format": { "enum": ["tlm-events/1"] },
        "version": { "type": "string" },
        "verb": { "$ref": "#/definitions/verb" }
      }
    },
    "plan": {
      "type": "object",
      "additionalProperties": false,
      "required": ["seq", "at", "event", "target", "digest", "workflows"],
      "properties": {
        "seq": { "$ref": "#/definitions/count" },
        "at": { "$ref": "#/definitions/time" },
        "event": { "enum": ["plan"] },
        "target": { "type": "string" },
        "digest": { "type": "string", "pattern": "^sha256:[0-9a-f]{64}$" },
        "workflows": { "$ref": "#/definitions/strings" }
      }
    },
    "planned": {
      "type": "object",
      "additionalProperties": false,
      "required": ["seq", "at", "event", "address", "action", "reason"],
      "properties": {
        "seq": { "$ref": "#/definitions/count" },
        "at": { "$ref": "#/definitions/time" },
        "event": { "enum": ["planned"] },
        "address": { "type": "string" },
        "action": { "$ref": "#/definitions/action" },
        "reason": {
          "enum": [
            "absent", "gone", "forced", "workflow_changed", "live_changed", "differs", "stopped",
            "member_recreated", "runtime_moved", "tie", "unbound", "blocked", "orphan", "duplicate",
            "left_behind", "destroyed", "requested", "torn_down"
          ]
        },
        "id": { "type": "string" },
        "waits_for": { "$ref": "#/definitions/strings" }
      }
    },
    "settled": {
      "type": "object",
      "additionalProperties": false,
      "required": ["seq", "at", "event", "message"],
      "properties": {
        "seq": { "$ref": "#/definitions/count" },
        "at": { "$ref": "#/definitions/time" },
        "event": { "enum": ["settled"] },
        "message": { "type": "string" }
      }
    },
    "started": {
      "type": "object",
      "additionalProperties": false,
      "required": ["seq", "at", "event", "address", "action"],
      "properties": {
        "seq": { "$ref": "#/definitions/count" },
        "at": { "$ref": "#/definitions/time" },
        "event": { "enum": ["started"] },
        "address": { "type": "string" },
        "action": { "$ref": "#/definitions/action" }
      }
    },
    "progress": {
      "type": "object",
      "additionalProperties": false,
      "required": ["seq", "at", "event", "ended", "total", "under_way"],
      "properties": {
        "seq": { "$ref": "#/definitions/count" },
        "at": { "$ref": "#/definitions/time" },
        "event": { "enum": ["progress"] },
        "ended": { "$ref": "#/definitions/count" },
        "total": { "$ref": "#/definitions/count" },
        "under_way": { "$ref": "#/definitions/count" }
      }
    },
    "retried": {
      "type": "object",
      "additionalProperties": false,
      "required": ["seq", "at", "event", "address", "action", "reason", "attempt"],
      "properties": {
        "seq": { "$ref": "#/definitions/count" },
        "at": { "$ref": "#/definitions/time" },
        "event": { "enum": ["retried"] },
        "address": { "type": "string" },
        "action": { "$ref": "#/definitions/action" },
        "reason": { "type": "string" },
        "attempt": { "type": "integer", "minimum": 2 }
      }
    },
    "throttled": {
      "type": "object",
      "additionalProperties": false,
      "required": ["seq", "at", "event", "wait_ms", "reason"],
      "properties": {
        "seq": { "$ref": "#/definitions/count" },
        "at": { "$ref": "#/definitions/time" },
        "event": { "enum": ["throttled"] },
        "wait_ms": { "$ref": "#/definitions/count" },
        "reason": { "type": "string" }
      }
    },
    "task": {
      "type": "object",
      "additionalProperties": false,
      "required": ["seq", "at", "event", "address", "stage"],
      "properties": {
        "seq": { "$ref": "#/definitions/count" },
        "at": { "$ref": "#/definitions/time" },
        "event": { "enum": ["task"] },
        "address": { "type": "string" },
        "stage": { "enum": ["submitted", "completed", "failed", "skipped", "lost"] },
        "id": { "type": "string" },
        "status": { "type": "string" },
        "reason": { "type": "string" }
      }
    },
    "not_read": {
      "type": "object",
      "additionalProperties": false,
      "required": ["seq", "at", "event", "reason", "failures", "pause_ms"],
      "properties": {
        "seq": { "$ref": "#/definitions/count" },
        "at": { "$ref": "#/definitions/time" },
        "event": { "enum": ["not_read"] },
        "reason": { "type": "string" },
        "failures": { "type": "integer", "minimum": 1 },
        "pause_ms": { "$ref": "#/definitions/count" }
      }
    },
    "teardown": {
      "type": "object",
      "additionalProperties": false,
      "required": ["seq", "at", "event", "workflow", "completed", "changes"],
      "properties": {
        "seq": { "$ref": "#/definitions/count" },
        "at": { "$ref": "#/definitions/time" },
        "event": { "enum": ["teardown"] },
        "workflow": { "type": "string" },
        "completed": { "type": "boolean" },
        "changes": { "$ref": "#/definitions/count" }
      }
    },
    "cancelled": {
      "type": "object",
      "additionalProperties": false,
      "required": ["seq", "at", "event", "workflow"],
      "properties": {
        "seq": { "$ref": "#/definitions/count" },
        "at": { "$ref": "#/definitions/time" },
        "event": { "enum": ["cancelled"] },
        "workflow": { "type": "string" }
      }
    },
    "listening": {
      "type": "object",
      "additionalProperties": false,
      "required": ["seq", "at", "event", "broker", "again"],
      "properties": {
        "seq": { "$ref": "#/definitions/count" },
        "at": { "$ref": "#/definitions/time" },
        "event": { "enum": ["listening"] },
        "broker": { "type": "string" },
        "again": { "type": "boolean" }
      }
    },
    "not_listening": {
      "type": "object",
      "additionalProperties": false,
      "required": ["seq", "at", "event", "broker", "reason", "tried_again"],
      "properties": {
        "seq": { "$ref": "#/definitions/count" },
        "at": { "$ref": "#/definitions/time" },
        "event": { "enum": ["not_listening"] },
        "broker": { "type": "string" },
        "reason": { "type": "string" },
        "tried_again": { "type": "boolean" }
      }
    },
    "finished": {
      "type": "object",
      "additionalProperties": false,
      "required": ["seq", "at", "event", "address", "action", "result"],
      "properties": {
        "seq": { "$ref": "#/definitions/count" },
        "at": { "$ref": "#/definitions/time" },
        "event": { "enum": ["finished"] },
        "address": { "type": "string" },
        "action": { "$ref": "#/definitions/action" },
        "result": { "enum": ["done", "already"] }
      }
    },
    "not_applied": {
      "type": "object",
      "additionalProperties": false,
      "required": ["seq", "at", "event", "address", "action", "reason"],
      "properties": {
        "seq": { "$ref": "#/definitions/count" },
        "at": { "$ref": "#/definitions/time" },
        "event": { "enum": ["conflict", "failed", "skipped", "not_started"] },
        "address": { "type": "string" },
        "action": { "$ref": "#/definitions/action" },
        "reason": { "type": "string" },
        "details": { "$ref": "#/definitions/strings" }
      }
    },
    "left_behind": {
      "type": "object",
      "additionalProperties": false,
      "required": ["seq", "at", "event", "address", "id"],
      "properties": {
        "seq": { "$ref": "#/definitions/count" },
        "at": { "$ref": "#/definitions/time" },
        "event": { "enum": ["left_behind"] },
        "address": { "type": "string" },
        "id": { "type": "string" }
      }
    },
    "mismatch": {
      "type": "object",
      "additionalProperties": false,
      "required": ["seq", "at", "event", "message"],
      "properties": {
        "seq": { "$ref": "#/definitions/count" },
        "at": { "$ref": "#/definitions/time" },
        "event": { "enum": ["mismatch"] },
        "message": { "type": "string" }
      }
    },
    "drift": {
      "type": "object",
      "additionalProperties": false,
      "required": ["seq", "at", "event", "target", "findings"],
      "properties": {
        "seq": { "$ref": "#/definitions/count" },
        "at": { "$ref": "#/definitions/time" },
        "event": { "enum": ["drift"] },
        "target": { "type": "string" },
        "findings": { "$ref": "#/definitions/count" }
      }
    },
    "found": {
      "type": "object",
      "additionalProperties": false,
      "required": ["seq", "at", "event", "kind", "address", "name"],
      "properties": {
        "seq": { "$ref": "#/definitions/count" },
        "at": { "$ref": "#/definitions/time" },
        "event": { "enum": ["found"] },
        "kind": { "enum": ["orphan", "duplicate", "missing", "changed", "stopped", "unowned"] },
        "address": { "type": ["string", "null"] },
        "name": { "type": "string" },
        "id": { "type": "string" },
        "left_behind": { "type": "boolean" },
        "attributes": {
          "type": "object",
          "additionalProperties": {
            "type": "object",
            "additionalProperties": false,
            "required": ["wanted", "live"],
            "properties": {
              "wanted": { "$ref": "#/definitions/value" },
              "live": { "$ref": "#/definitions/value" }
            }
          }
        }
      }
    },
    "summary": {
      "type": "object",
      "additionalProperties": false,
      "required": ["seq", "at", "event", "verb", "exit_code", "interrupted"],
      "properties": {
        "seq": { "$ref": "#/definitions/count" },
        "at": { "$ref": "#/definitions/time" },
        "event": { "enum": ["summary"] },
        "verb": { "$ref": "#/definitions/verb" },
        "exit_code": { "type": "integer", "minimum": 0, "maximum": 9 },
        "interrupted": { "type": "boolean" },
        "planned": {
          "type": "object",
          "additionalProperties": false,
          "required": ["create", "update", "replace", "delete", "adopt", "waiting", "unchanged"],
          "properties": {
            "create": { "$ref": "#/definitions/count" },
            "update": { "$ref": "#/definitions/count" },
            "replace": { "$ref": "#/definitions/count" },
            "delete": { "$ref": "#/definitions/count" },
            "adopt": { "$ref": "#/definitions/count" },
            "waiting": { "$ref": "#/definitions/count" },
            "unchanged": { "$ref": "#/definitions/count" }
          }
        },
        "results": {
          "type": "object",
          "additionalProperties": false,
          "required": ["done", "already", "conflict", "failed", "skipped", "not_started"],
          "properties": {
            "done": { "$ref": "#/definitions/count" },
            "already": { "$ref": "#/definitions/count" },
            "conflict": { "$ref": "#/definitions/count" },
            "failed": { "$ref": "#/definitions/count" },
            "skipped": { "$ref": "#/definitions/count" },
            "not_started": { "$ref": "#/definitions/count" }
          }
        },
        "tasks": {
          "type": "object",
          "additionalProperties": false,
          "required": ["waiting", "ready", "submitted", "completed", "failed", "skipped", "lost"],
          "properties": {
            "waiting": { "$ref": "#/definitions/count" },
            "ready": { "$ref": "#/definitions/count" },
            "submitted": { "$ref": "#/definitions/count" },
            "completed": { "$ref": "#/definitions/count" },
            "failed": { "$ref": "#/definitions/count" },
            "skipped": { "$ref": "#/definitions/count" },
            "lost": { "$ref": "#/definitions/count" }
          }
        },
        "drift": {
          "type": "object",
          "additionalProperties": false,
          "required": ["orphan", "duplicate", "missing", "changed", "stopped", "unowned"],
          "properties": {
            "orphan": { "$ref": "#/definitions/count" },
            "duplicate": { "$ref": "#/definitions/count" },
            "missing": { "$ref": "#/definitions/count" },
            "changed": { "$ref": "#/definitions/count" },
            "stopped": { "$ref": "#/definitions/count" },
            "unowned": { "$ref": "#/definitions/count" }
          }
        },
        "error": {
          "type": "object",
          "additionalProperties": false,
          "required": ["code", "message", "hints"],
          "properties": {
            "code": {
              "enum": [
                "internal", "bad_input", "not_found", "locked", "conflict", "state", "unreachable",
                "denied", "refused", "limit", "interrupted", "nobody_reads"
              ]
            },
            "message": { "type": "string" },
            "where": { "type": "string" },
            "hints": { "$ref": "#/definitions/strings" }
          }
        }
      }
    }
  }
}
)json";

}  // namespace

std::string_view workflow_schema() {
    return kWorkflow;
}
std::string_view plan_schema() {
    return plan_json_schema();
}
std::string_view events_schema() {
    return kEvents;
}
std::string_view schema_named(std::string_view name) {
    if (name == "workflow") return kWorkflow;
    if (name == "plan") return plan_json_schema();
    return name == "events" ? kEvents : std::string_view();
}

}  // namespace tlm::cmd
