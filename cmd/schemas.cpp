#include "cmd/schemas.h"

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
        "exclude": { "$ref": "#/definitions/strings" }
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
            "destroyed"
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

std::string_view workflow_schema() {
    return kWorkflow;
}
std::string_view plan_schema() {
    return kPlan;
}

}  // namespace tlm::cmd
