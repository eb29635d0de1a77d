#include "tests/support/json_schema.h"

#include <rapidjson/document.h>
#include <rapidjson/schema.h>
#include <rapidjson/stringbuffer.h>

namespace tlm::test {

std::string wrong_by_schema(std::string_view schema_text, std::string_view json) {
    rapidjson::Document schema_json;
    schema_json.Parse(schema_text.data(), schema_text.size());
    if (schema_json.HasParseError()) return "the schema is no JSON";
    const rapidjson::SchemaDocument schema(schema_json);
    rapidjson::SchemaValidator validator(schema);
    rapidjson::Document document;
    document.Parse(json.data(), json.size());
    if (document.HasParseError()) return "it is no JSON";
    if (document.Accept(validator)) return {};
    rapidjson::StringBuffer place;
    validator.GetInvalidDocumentPointer().StringifyUriFragment(place);
    return std::string("it breaks `") + validator.GetInvalidSchemaKeyword() + "` at " + place.GetString();
}

}  // namespace tlm::test
