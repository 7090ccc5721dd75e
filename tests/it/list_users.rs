use insta::assert_snapshot;
use serde_json::json;
use tests::app::{Answer, App};

use crate::people::{created, employee, names, operation, person};

async fn find(app: &App, filter: &str) -> Answer {
    let query: String = form_urlencoded::byte_serialize(filter.as_bytes()).collect();
    app.get(&format!("/scim/v2/Users?filter={query}")).await
}

#[tokio::test]
async fn an_empty_instance_has_an_empty_list() {
    let app = App::start().await;

    assert_snapshot!(app.get("/scim/v2/Users?startIndex=1&count=2").await, @r#"
    200 OK
    {
      "Resources": [],
      "itemsPerPage": 0,
      "schemas": [
        "urn:ietf:params:scim:api:messages:2.0:ListResponse"
      ],
      "startIndex": 1,
      "totalResults": 0
    }
    "#);
}

#[tokio::test]
async fn a_page_is_what_was_asked_for_in_the_order_of_creation() {
    let app = App::start().await;
    for name in ["e", "d", "c", "b", "a"] {
        created(&app, person(name)).await;
    }
    let mut told = String::new();

    for query in [
        "",
        "startIndex=2&count=2",
        "startIndex=5",
        "startIndex=6",
        "startIndex=0&count=1",
        "startIndex=-3&count=1",
        "count=0",
        "count=-1",
        "count=5000",
        "startIndex=99999999999999999999",
        "STARTINDEX=4",
        "startIndex=&count=",
        "unknown=1",
    ] {
        let page = app.get(&format!("/scim/v2/Users?{query}")).await.expect(200);
        let [start, per_page, total] =
            ["/startIndex", "/itemsPerPage", "/totalResults"].map(|counter| page.text_at(counter));
        told += &format!("{query}: {:?} {per_page} from {start} of {total}\n", names(&page));
    }
    assert_snapshot!(told, @r#"
    : ["e", "d", "c", "b", "a"] 5 from 1 of 5
    startIndex=2&count=2: ["d", "c"] 2 from 2 of 5
    startIndex=5: ["a"] 1 from 5 of 5
    startIndex=6: [] 0 from 6 of 5
    startIndex=0&count=1: ["e"] 1 from 1 of 5
    startIndex=-3&count=1: ["e"] 1 from 1 of 5
    count=0: [] 0 from 1 of 5
    count=-1: [] 0 from 1 of 5
    count=5000: ["e", "d", "c", "b", "a"] 5 from 1 of 5
    startIndex=99999999999999999999: [] 0 from 9223372036854775807 of 5
    STARTINDEX=4: ["b", "a"] 2 from 4 of 5
    startIndex=&count=: ["e", "d", "c", "b", "a"] 5 from 1 of 5
    unknown=1: ["e", "d", "c", "b", "a"] 5 from 1 of 5
    "#);
}

#[tokio::test]
async fn parameters_that_make_no_sense_are_refused() {
    let app = App::start().await;
    let mut told = String::new();

    for query in [
        "startIndex=one",
        "count=1.5",
        "count=1&count=2",
        "filter=userName",
        "filter=userName+eq",
        "filter=userName+eq+%22a",
        "filter=shoeSize+eq+%227%22",
        "filter=klueRole+eq+%22admin%22",
        "filter=active+gt+true",
        "filter=userName+eq+5",
        "attributes=id&excludedAttributes=name",
        "sortBy=shoeSize",
        "sortBy=name",
        "sortBy=userName&sortOrder=up",
        "filter=+",
        "filter=userName+eq+%22%FF%22",
        "cursor=",
    ] {
        let answer = app.get(&format!("/scim/v2/Users?{query}")).await;
        told += &format!(
            "{query}: {} {} {}\n",
            answer.status.as_u16(),
            answer.text_at("/scimType"),
            answer.text_at("/detail")
        );
    }
    assert_snapshot!(told, @"
    startIndex=one: 400 invalidValue parameter 'startIndex': expected an integer, found 'one'
    count=1.5: 400 invalidValue parameter 'count': expected an integer, found '1.5'
    count=1&count=2: 400 invalidValue parameter 'count' is there twice
    filter=userName: 400 invalidFilter invalid filter at byte 9: expected an operator
    filter=userName+eq: 400 invalidFilter invalid filter at byte 12: expected a value
    filter=userName+eq+%22a: 400 invalidFilter invalid filter at byte 13: expected a closing quote for this string
    filter=shoeSize+eq+%227%22: 400 invalidFilter unknown attribute 'shoeSize'
    filter=klueRole+eq+%22admin%22: 400 invalidFilter unknown attribute 'klueRole': did you mean 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:klueRole'?
    filter=active+gt+true: 400 invalidFilter attribute 'active' of type boolean cannot be compared by 'gt'
    filter=userName+eq+5: 400 invalidFilter attribute 'userName' of type string cannot be compared by 'eq' with 5
    attributes=id&excludedAttributes=name: 400 invalidValue parameters 'attributes' and 'excludedAttributes' exclude each other
    sortBy=shoeSize: 400 invalidPath parameter 'sortBy': unknown attribute 'shoeSize'
    sortBy=name: 400 invalidPath parameter 'sortBy': 'name' is complex; name one of its sub-attributes
    sortBy=userName&sortOrder=up: 400 invalidValue parameter 'sortOrder': expected ascending or descending, found 'up'
    filter=+: 400 invalidFilter invalid filter at byte 1: expected an attribute
    filter=userName+eq+%22%FF%22: 400 invalidValue The query string is not UTF-8.
    cursor=: 200
    ");
}

#[tokio::test]
async fn a_filter_that_pins_a_user_is_a_look_up() {
    let app = App::start().await;
    let mut body = person("ada");
    body["externalId"] = json!("00u1");
    let user = created(&app, body).await;
    created(&app, person("bob")).await;
    let id = user.text_at("/id");

    for filter in [
        format!("id eq \"{id}\""),
        "userName eq \"ADA@Example.com\"".to_owned(),
        "USERNAME EQ \"ada@example.com\"".to_owned(),
        "urn:ietf:params:scim:schemas:core:2.0:User:userName eq \"ada@example.com\"".to_owned(),
        "emails eq \"ada@example.com\"".to_owned(),
        "emails.value eq \"ada@EXAMPLE.com\"".to_owned(),
        "emails[type eq \"work\" and value eq \"ada@example.com\"]".to_owned(),
        "emails[type eq \"work\"].value eq \"ada@example.com\"".to_owned(),
        "externalId eq \"00u1\"".to_owned(),
        "active eq true and (userName eq \"ada@example.com\")".to_owned(),
        "userName eq \"ada@example.com\" and not (active eq false) and externalId pr".to_owned(),
        format!("id eq \"{id}\" and manager ne \"x\""),
    ] {
        let found = find(&app, &filter).await.expect(200);
        assert_eq!(names(&found), ["ada"], "for {filter}");
        assert!(found.usage.round_trips() <= 2, "{filter} took {} round trips", found.usage.round_trips());
        assert!(found.usage.calls() <= 3, "{filter} took {} calls", found.usage.calls());
    }
    for filter in [
        "userName eq \"nobody@example.com\"",
        "userName eq \"7d5f1a7e-0000-4000-8000-000000000000\"",
        "userName eq \"\"",
        "id eq \"7\"",
        "externalId eq \"00U1\"",
        "emails[type eq \"home\"].value eq \"ada@example.com\"",
        "userName eq \"ada@example.com\" and active eq false",
        "id eq \"7\" and manager eq \"y\"",
    ] {
        assert_eq!(find(&app, filter).await.expect(200).text_at("/totalResults"), "0", "for {filter}");
    }
}

#[tokio::test]
async fn an_or_of_look_ups_and_a_prefix_find_users_without_reading_others() {
    let app = App::start().await;
    for name in ["ada", "adam", "bob", "eve"] {
        let mut body = person(name);
        body["externalId"] = json!(format!("x-{name}"));
        created(&app, body).await;
    }
    let id = app.get("/scim/v2/Users?count=1").await.text_at("/Resources/0/id");

    for (filter, expected, calls) in [
        ("userName eq \"EVE@example.com\" or userName eq \"ada@example.com\"", &["ada", "eve"][..], 2),
        ("userName eq \"eve@example.com\" or emails eq \"eve@example.com\"", &["eve"], 2),
        (&format!("id eq \"{id}\" or externalId eq \"x-bob\" or externalId eq \"x-eve\""), &["ada", "bob", "eve"], 4),
        ("userName sw \"AD\"", &["ada", "adam"], 3),
        ("emails.value sw \"ad\" and active eq true", &["ada", "adam"], 3),
        ("userName sw \"z\" or userName eq \"nobody\"", &[], 2),
    ] {
        let found = find(&app, filter).await.expect(200);
        assert_eq!(names(&found), expected, "for {filter}");
        assert!(found.usage.calls() <= calls, "{filter} took {} calls", found.usage.calls());
    }
    let page = app.get("/scim/v2/Users?filter=userName+sw+%22ad%22&startIndex=2&count=1").await.expect(200);
    assert_eq!((names(&page), page.text_at("/totalResults")), (vec!["adam".to_owned()], "2".to_owned()));
}

#[tokio::test]
async fn a_chain_of_a_hundred_look_ups_is_answered() {
    let app = App::start().await;
    for index in 0..3 {
        created(&app, person(&format!("u{index}"))).await;
    }
    let chain: Vec<_> = (0..110).map(|index| format!("userName eq \"u{index}@example.com\"")).collect();

    let found = find(&app, &chain.join(" or ")).await.expect(200);

    assert_eq!(names(&found), ["u0", "u1", "u2"]);
    assert!(found.usage.round_trips() <= 3, "{} round trips", found.usage.round_trips());
}

#[tokio::test]
async fn a_look_up_finds_who_differs_by_case_or_composition_only() {
    let app = App::start().await;
    created(&app, person("straße")).await;
    created(&app, person("zoe\u{308}")).await;

    for (filter, name) in [
        ("userName eq \"STRASSE@example.com\"", "straße"),
        ("emails.value eq \"STRASSE@EXAMPLE.COM\"", "straße"),
        ("emails[type eq \"work\" and value eq \"strasse@example.com\"]", "straße"),
        ("userName sw \"STRASS\"", "straße"),
        ("userName eq \"ZO\u{cb}@example.com\"", "zoe\u{308}"),
    ] {
        assert_eq!(names(&find(&app, filter).await.expect(200)), [name], "for {filter}");
    }
}

#[tokio::test]
async fn an_external_id_finds_everybody_who_has_it_as_long_as_they_have_it() {
    let app = App::start().await;
    let mut users = Vec::new();
    for name in ["a", "b", "c"] {
        let mut body = person(name);
        body["externalId"] = json!("shared");
        users.push(created(&app, body).await);
    }
    assert_eq!(names(&find(&app, "externalId eq \"shared\"").await), ["a", "b", "c"]);

    app.patch(&users[1].user_path(), operation("replace", "externalId", json!("own"))).await.expect(200);
    app.patch(&users[2].user_path(), operation("replace", "externalId", json!(""))).await.expect(200);

    assert_eq!(names(&find(&app, "externalId eq \"shared\"").await), ["a"]);
    assert_eq!(names(&find(&app, "externalId eq \"own\"").await), ["b"]);
}

#[tokio::test]
async fn every_other_filter_reads_the_users() {
    let app = App::start().await;
    created(&app, employee("ada", json!({"klueRole": "admin", "employeeId": "12"}))).await;
    created(&app, employee("bob", json!({"employeeId": "7"}))).await;
    let mut body = person("eve");
    body["active"] = json!(false);
    created(&app, body).await;
    let mut told = String::new();

    for filter in [
        "userName sw \"A\"",
        "name.familyName co \"xamp\" and active eq true",
        "active eq false",
        "not (active eq true)",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:klueRole eq \"ADMIN\"",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeId pr",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeId ne \"7\"",
        "userName eq \"ada@example.com\" or userName eq \"eve@example.com\"",
        "title pr",
        "meta.created gt \"2020-01-01T00:00:00Z\"",
        "meta.lastModified lt \"2020-01-01T00:00:00+01:00\"",
        "schemas eq \"urn:ietf:params:scim:schemas:core:2.0:User\"",
        "id pr",
    ] {
        told += &format!("{filter}: {:?}\n", names(&find(&app, filter).await.expect(200)));
    }
    assert_snapshot!(told, @r#"
    userName sw "A": ["ada"]
    name.familyName co "xamp" and active eq true: ["ada", "bob"]
    active eq false: ["eve"]
    not (active eq true): ["eve"]
    urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:klueRole eq "ADMIN": ["ada"]
    urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeId pr: ["ada", "bob"]
    urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeId ne "7": ["ada", "eve"]
    userName eq "ada@example.com" or userName eq "eve@example.com": ["ada", "eve"]
    title pr: []
    meta.created gt "2020-01-01T00:00:00Z": ["ada", "bob", "eve"]
    meta.lastModified lt "2020-01-01T00:00:00+01:00": []
    schemas eq "urn:ietf:params:scim:schemas:core:2.0:User": ["ada", "bob", "eve"]
    id pr: ["ada", "bob", "eve"]
    "#);
}

#[tokio::test]
async fn a_filtered_list_has_pages_too() {
    let app = App::start().await;
    for index in 0..7 {
        created(&app, employee(&format!("u{index}"), json!({"employeeId": (index % 2).to_string()}))).await;
    }

    let odd = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeId+eq+%221%22";
    let page = app.get(&format!("/scim/v2/Users?filter={odd}&startIndex=2&count=1")).await.expect(200);

    assert_eq!(names(&page), ["u3"]);
    assert_eq!(page.text_at("/totalResults"), "3");
    assert_eq!(page.text_at("/startIndex"), "2");
}

#[tokio::test]
async fn blanks_in_a_query_are_decoded_in_both_ways() {
    let app = App::start().await;
    created(&app, person("ada+b")).await;

    for query in ["userName+eq+%22ada%2Bb%40example.com%22", "userName%20eq%20%22ada%2Bb@example.com%22"] {
        assert_eq!(
            app.get(&format!("/scim/v2/Users?filter={query}")).await.text_at("/totalResults"),
            "1",
            "for {query}"
        );
    }
}

#[tokio::test]
async fn a_list_shows_the_attributes_that_were_asked_for() {
    let app = App::start().await;
    created(&app, person("ada")).await;

    assert_snapshot!(app.get("/scim/v2/Users?attributes=userName&count=1").await, @r#"
    200 OK
    {
      "Resources": [
        {
          "id": "[id]",
          "schemas": [
            "urn:ietf:params:scim:schemas:core:2.0:User",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
          ],
          "userName": "ada@example.com"
        }
      ],
      "itemsPerPage": 1,
      "schemas": [
        "urn:ietf:params:scim:api:messages:2.0:ListResponse"
      ],
      "startIndex": 1,
      "totalResults": 1
    }
    "#);
}
