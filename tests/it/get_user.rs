use http::Method;
use insta::assert_snapshot;
use tests::app::{App, Call};

use crate::people::{created, person};

#[tokio::test]
async fn a_user_is_read_as_it_was_created() {
    let app = App::start().await;
    let user = created(&app, person("ada")).await;

    let read = app.get(&user.user_path()).await.expect(200);

    assert_eq!(read.json(), user.json());
    assert_eq!(read.header("etag"), "W/\"1\"");
    assert_eq!(read.header("content-location"), user.text_at("/meta/location"));
}

#[tokio::test]
async fn an_id_that_was_never_issued_is_not_found() {
    let app = App::start().await;
    let user = created(&app, person("ada")).await;
    // The same row, and another random part.
    let guessed = user.text_at("/id").replacen(|c: char| c != '0', "0", 1);

    for id in ["00000000-0000-0000-0000-000000000001", "7", &guessed, &user.text_at("/id").to_uppercase(), "%20"] {
        let answer = app.get(&format!("/scim/v2/Users/{id}")).await;
        assert_eq!(answer.status, 404, "for {id}: {answer}");
    }
    assert_snapshot!(app.get("/scim/v2/Users/7").await, @r#"
    404 Not Found
    {
      "detail": "There is no user with the id '7' in this Klue instance.",
      "schemas": [
        "urn:ietf:params:scim:api:messages:2.0:Error"
      ],
      "status": "404"
    }
    "#);
}

#[tokio::test]
async fn a_version_that_the_client_has_is_not_sent_again() {
    let app = App::start().await;
    let user = created(&app, person("ada")).await;
    let read = |tag: &'static str| {
        Call::new(Method::GET, &user.user_path()).key(&app.tenant.scim_key).header("if-none-match", tag)
    };

    for (tag, status) in [("W/\"1\"", 304), ("\"1\"", 304), ("\"7\", W/\"1\"", 304), ("*", 304), ("W/\"2\"", 200)] {
        let answer = app.call(read(tag)).await.expect(status);
        assert_eq!(answer.header("etag"), "W/\"1\"");
        assert_eq!(answer.text.is_empty(), status == 304, "for {tag}");
    }
}

#[tokio::test]
async fn attributes_and_excluded_attributes_choose_what_is_sent() {
    let app = App::start().await;
    let user = created(&app, person("ada")).await;
    let path = user.user_path();

    let some = app.get(&format!("{path}?attributes=USERNAME,name.givenName")).await.expect(200);
    let others = app.get(&format!("{path}?excludedAttributes=name,emails,meta,displayName,groups")).await.expect(200);

    assert_snapshot!(some, @r#"
    200 OK
    {
      "id": "[id]",
      "name": {
        "givenName": "ada"
      },
      "schemas": [
        "urn:ietf:params:scim:schemas:core:2.0:User",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
      ],
      "userName": "ada@example.com"
    }
    "#);
    assert_snapshot!(others, @r#"
    200 OK
    {
      "active": true,
      "id": "[id]",
      "schemas": [
        "urn:ietf:params:scim:schemas:core:2.0:User",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
      ],
      "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {
        "klueRole": "consumer",
        "visibilityGroup": "Full Access"
      },
      "userName": "ada@example.com"
    }
    "#);
    app.get(&format!("{path}?attributes=userName&excludedAttributes=name")).await.expect(400);
}
