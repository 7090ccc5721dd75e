use serde_json::json;

use super::*;

#[test]
fn the_status_of_an_error_response_is_a_string() {
    let response = ErrorResponse::new(409, Some(ScimType::Uniqueness), "taken");

    let expected = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
        "status": "409",
        "scimType": "uniqueness",
        "detail": "taken",
    });
    assert_eq!(serde_json::to_value(response).expect("serializes"), expected);
}

#[test]
fn an_error_response_without_keyword_has_no_scim_type() {
    let response = ErrorResponse::new(404, None, "no such user");

    let expected = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
        "status": "404",
        "detail": "no such user",
    });
    assert_eq!(serde_json::to_value(response).expect("serializes"), expected);
}

#[test]
fn an_error_displays_its_detail_and_where_it_arose() {
    let error = Error::no_target("no element matches").at("Operations[2]");

    assert_eq!(error.to_string(), "Operations[2]: no element matches");
    assert_eq!(error.scim_type(), ScimType::NoTarget);
}
