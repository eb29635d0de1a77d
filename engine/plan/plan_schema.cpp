#include "engine/plan/plan_schema.h"

namespace tlm {
namespace {

constexpr std::string_view kPlan = R"json({
  "$schema": "http://json-schema.org/draft-04/schema#",
  "title": "Plan file tlm-plan/1",
  "type": "object",
  "additionalProperties": false,
  "required": ["format", "digest", "target", "options", "workflows", "summary", "changes"],
  "properties": {
    "format": { "enum": ["tlm-plan/1"] },
    "digest": { "type": "string", "pattern": "^sha256:[0-9a-f]{64}$" },
    "target": { "type": "string" },
    "options": {
      "type": "object",
      "additionalProperties": false,
      "required": ["force", "prune", "destroy", "target", "exclude"],
      "properties": {
        "force": { "type": "boolean" },
        "prune": { "type": "boolean" },
        "destroy": { "type": "boolean" },
        "target": { "$ref": "#/definitions/strings" },
        "exclude": { "$ref": "#/definitions/strings" },
        "replace": { "$ref": "#/definitions/strings" }
      }
    },
    "workflows": { "$ref": "#/definitions/strings" },
    "summary": {
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
    "protect": {
      "type": "array",
      "items": {
        "type": "object",
        "additionalProperties": false,
        "required": ["workflow", "pattern"],
        "properties": { "workflow": { "type": "string" }, "pattern": { "type": "string" } }
      }
    },
    "teardown": {
      "type": "array",
      "items": {
        "type": "object",
        "additionalProperties": false,
        "required": ["workflow", "when"],
        "properties": { "workflow": { "type": "string" }, "when": { "enum": ["on_completion", "on_failure"] } }
      }
    },
    "changes": { "type": "array", "items": { "$ref": "#/definitions/change" } }
  },
  "definitions": {
    "strings": { "type": "array", "items": { "type": "string" } },
    "count": { "type": "integer", "minimum": 0 },
    "value": {
      "anyOf": [
        { "type": "null" },
        { "type": "string" },
        { "type": "integer" },
        { "$ref": "#/definitions/strings" }
      ]
    },
    "change": {
      "type": "object",
      "additionalProperties": false,
      "required": ["address", "action", "reason"],
      "properties": {
        "address": { "type": "string" },
        "action": { "enum": ["create", "update", "replace", "delete", "adopt", "none"] },
        "reason": {
          "enum": [
            "absent", "gone", "forced", "workflow_changed", "live_changed", "differs", "stopped",
            "member_recreated", "runtime_moved", "tie", "unbound", "blocked", "orphan", "duplicate", "left_behind",
            "destroyed", "requested", "torn_down"
          ]
        },
        "key": { "type": "string" },
        "id": { "type": "string" },
        "precondition": {
          "anyOf": [
            { "enum": ["absent", "any"] },
            {
              "type": "object",
              "additionalProperties": false,
              "required": ["unchanged", "sha256"],
              "properties": {
                "unchanged": { "$ref": "#/definitions/strings" },
                "sha256": { "type": "string", "pattern": "^[0-9a-f]{64}$" }
              }
            }
          ]
        },
        "attributes": {
          "type": "object",
          "additionalProperties": {
            "type": "object",
            "additionalProperties": false,
            "required": ["before", "after"],
            "properties": {
              "before": { "$ref": "#/definitions/value" },
              "after": { "$ref": "#/definitions/value" }
            }
          }
        },
        "depends_on": { "$ref": "#/definitions/strings" },
        "waits_for": { "$ref": "#/definitions/strings" },
        "leaves": { "$ref": "#/definitions/strings" }
      }
    }
  }
}
)json";

}  // namespace

std::string_view plan_json_schema() {
    return kPlan;
}

}  // namespace tlm
