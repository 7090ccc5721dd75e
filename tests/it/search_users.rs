//! Order, and queries that come as a body.

use insta::assert_snapshot;
use serde_json::json;
use tests::app::App;

use crate::people::{created, employee, names, person};

#[tokio::test]
async fn a_list_comes_in_the_order_that_was_asked_for() {
    let app = App::start().await;
    for (name, id) in [("b", json!("2")), ("A", json!(null)), ("ä", json!("10")), ("c", json!("1"))] {
        created(&app, employee(name, json!({"employeeId": id}))).await;
    }
    let employee_id = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeId";
    let mut told = String::new();

    for query in [
        "sortBy=userName",
        "sortBy=USERNAME&sortOrder=descending",
        "sortBy=emails",
        "sortBy=name.givenName&startIndex=2&count=2",
        "sortBy=meta.created&sortOrder=Descending",
        "sortBy=title",
        "sortOrder=descending",
        &format!("sortBy={employee_id}"),
        &format!("sortBy={employee_id}&sortOrder=descending"),
        &format!("sortBy=userName&filter={employee_id}+pr"),
        "sortBy=userName&sortOrder=descending&filter=userName+sw+%22a%22+or+userName+eq+%22b@example.com%22",
    ] {
        let page = app.get(&format!("/scim/v2/Users?{query}")).await.expect(200);
        told += &format!("{query}: {:?} of {}\n", names(&page), page.text_at("/totalResults"));
    }
    assert_snapshot!(told.replace(employee_id, "employeeId"), @r#"
    sortBy=userName: ["A", "b", "c", "ä"] of 4
    sortBy=USERNAME&sortOrder=descending: ["ä", "c", "b", "A"] of 4
    sortBy=emails: ["A", "b", "c", "ä"] of 4
    sortBy=name.givenName&startIndex=2&count=2: ["b", "c"] of 4
    sortBy=meta.created&sortOrder=Descending: ["c", "ä", "A", "b"] of 4
    sortBy=title: ["b", "A", "ä", "c"] of 4
    sortOrder=descending: ["b", "A", "ä", "c"] of 4
    sortBy=employeeId: ["c", "ä", "b", "A"] of 4
    sortBy=employeeId&sortOrder=descending: ["A", "b", "ä", "c"] of 4
    sortBy=userName&filter=employeeId+pr: ["b", "c", "ä"] of 3
    sortBy=userName&sortOrder=descending&filter=userName+sw+%22a%22+or+userName+eq+%22b@example.com%22: ["b", "A"] of 2
    "#);
}

#[tokio::test]
async fn two_ids_of_one_row_are_one_user() {
    let app = App::start().await;
    let id = created(&app, person("ada")).await.text_at("/id");
    let other = id.replacen(|c: char| c.is_ascii_digit() && c != '1', "1", 1);

    let filter = format!("id eq \"{id}\" or id eq \"{other}\" or userName eq \"ada@example.com\"");
    let found = app.post("/scim/v2/.search", json!({"filter": filter})).await.expect(200);

    assert_eq!(names(&found), ["ada"]);
}

#[tokio::test]
async fn a_search_by_post_is_a_list() {
    let app = App::start().await;
    for name in ["ada", "bob", "eve"] {
        created(&app, person(name)).await;
    }
    let search = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],
        "filter": "userName sw \"A\" or userName eq \"eve@example.com\"",
        "attributes": ["userName", "name.givenName"],
        "sortBy": "userName",
        "sortOrder": "descending",
        "startIndex": 1,
        "count": 1,
    });

    for path in ["/scim/v2/Users/.search", "/scim/v2/.search"] {
        let found = app.post(path, search.clone()).await.expect(200);
        assert_eq!((names(&found), found.text_at("/totalResults")), (vec!["eve".to_owned()], "2".to_owned()));
        assert!(found.json()["Resources"][0].get("active").is_none(), "only what was asked for: {found}");
        assert_eq!(
            app.post(path, json!({"count": null, "unknown": [{"a": 1}]})).await.expect(200).text_at("/itemsPerPage"),
            "3"
        );
    }
    let location = app.post("/scim/v2/.search", json!({})).await.text_at("/Resources/0/meta/location");
    assert!(location.starts_with("http://klue.test/scim/v2/Users/"), "{location}");
}

#[tokio::test]
async fn a_search_that_cannot_be_read_is_refused() {
    let app = App::start().await;
    let mut told = String::new();

    for body in [
        json!([]),
        json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"]}),
        json!({"schemas": 7}),
        json!({"filter": 7}),
        json!({"filter": {"a": 1}}),
        json!({"count": "many"}),
        json!({"startIndex": true}),
        json!({"attributes": [{}]}),
        json!({"attributes": ["id"], "excludedAttributes": ["name"]}),
        json!({"sortBy": "shoeSize"}),
        json!({"cursor": ""}),
    ] {
        let answer = app.post("/scim/v2/Users/.search", body.clone()).await;
        let [scim_type, detail] = ["/scimType", "/detail"].map(|part| answer.text_at(part));
        told += &format!("{body}: {} {scim_type} {detail}\n", answer.status.as_u16());
    }
    assert_snapshot!(told, @r#"
    []: 400 invalidSyntax the body must be a JSON object
    {"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"]}: 400 invalidSyntax schemas: expected a list with 'urn:ietf:params:scim:api:messages:2.0:SearchRequest'
    {"schemas":7}: 400 invalidSyntax schemas: expected a list with 'urn:ietf:params:scim:api:messages:2.0:SearchRequest'
    {"filter":7}: 400 invalidFilter invalid filter at byte 1: expected an attribute name, found '7'
    {"filter":{"a":1}}: 400 invalidValue 'filter' has a value of the wrong type
    {"count":"many"}: 400 invalidValue parameter 'count': expected an integer, found 'many'
    {"startIndex":true}: 400 invalidValue 'startIndex' has a value of the wrong type
    {"attributes":[{}]}: 400 invalidValue 'attributes' has a value of the wrong type
    {"attributes":["id"],"excludedAttributes":["name"]}: 400 invalidValue parameters 'attributes' and 'excludedAttributes' exclude each other
    {"sortBy":"shoeSize"}: 400 invalidPath parameter 'sortBy': unknown attribute 'shoeSize'
    {"cursor":""}: 200
    "#);
}
