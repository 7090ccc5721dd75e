use http::Method;
use insta::assert_snapshot;
use tests::app::{App, Call};

#[tokio::test]
async fn what_has_no_route_is_told_why() {
    let app = App::start().await;
    let mut told = String::new();

    for (method, path) in [
        (Method::GET, "/scim/v2/Groups?startIndex=1&count=100"),
        (Method::POST, "/scim/v2/Groups"),
        (Method::PATCH, "/scim/v2/Groups/7"),
        (Method::GET, "/scim/v2/Me"),
        (Method::GET, "/scim/v2/Bulk"),
        (Method::GET, "/scim/v2/.search"),
        (Method::PUT, "/scim/v2/Users/.search"),
        (Method::DELETE, "/scim/v2/Users"),
        (Method::POST, "/scim/v2/Users/7"),
        (Method::PUT, "/scim/v2/Schemas"),
        (Method::PATCH, "/admin/v1/api-keys"),
        (Method::GET, "/admin/v1/api-keys/7"),
        (Method::GET, "/admin/v1/api-keys/7/rotate"),
        (Method::GET, "/scim/v2/Devices"),
        (Method::GET, "/scim/v2"),
        (Method::GET, "/"),
        (Method::GET, "/scim/v1/Users"),
    ] {
        let answer = app.call(Call::new(method.clone(), path)).await;
        let media_type = if path.starts_with("/admin") { "application/problem+json" } else { "application/scim+json" };
        assert_eq!(answer.header("content-type"), media_type, "for {path}");
        told += &format!(
            "{method} {path}: {} {} {}\n",
            answer.status.as_u16(),
            answer.header("allow"),
            answer.text_at("/detail")
        );
    }
    assert_snapshot!(told, @r#"
    GET /scim/v2/Groups?startIndex=1&count=100: 404  Klue does not manage groups over SCIM. In Okta, untick "Import Groups" and remove the groups under "Push Groups"; a user's visibility group is the attribute visibilityGroup.
    POST /scim/v2/Groups: 404  Klue does not manage groups over SCIM. In Okta, untick "Import Groups" and remove the groups under "Push Groups"; a user's visibility group is the attribute visibilityGroup.
    PATCH /scim/v2/Groups/7: 404  Klue does not manage groups over SCIM. In Okta, untick "Import Groups" and remove the groups under "Push Groups"; a user's visibility group is the attribute visibilityGroup.
    GET /scim/v2/Me: 501  /Me is not supported by this service.
    GET /scim/v2/Bulk: 405 POST GET is not possible here; possible are: POST.
    GET /scim/v2/.search: 405 POST GET is not possible here; possible are: POST.
    PUT /scim/v2/Users/.search: 405 POST PUT is not possible here; possible are: POST.
    DELETE /scim/v2/Users: 405 GET, POST DELETE is not possible here; possible are: GET, POST.
    POST /scim/v2/Users/7: 405 GET, PUT, PATCH, DELETE POST is not possible here; possible are: GET, PUT, PATCH, DELETE.
    PUT /scim/v2/Schemas: 405 GET PUT is not possible here; possible are: GET.
    PATCH /admin/v1/api-keys: 405 GET, POST PATCH is not possible here; possible are: GET, POST.
    GET /admin/v1/api-keys/7: 405 DELETE GET is not possible here; possible are: DELETE.
    GET /admin/v1/api-keys/7/rotate: 405 POST GET is not possible here; possible are: POST.
    GET /scim/v2/Devices: 404  There is nothing at '/scim/v2/Devices'. The SCIM base URL ends in /scim/v2; users are at /scim/v2/Users.
    GET /scim/v2: 404  There is nothing at '/scim/v2'. The SCIM base URL ends in /scim/v2; users are at /scim/v2/Users.
    GET /: 404  There is nothing at '/'. The SCIM base URL ends in /scim/v2; users are at /scim/v2/Users.
    GET /scim/v1/Users: 404  There is nothing at '/scim/v1/Users'. The SCIM base URL ends in /scim/v2; users are at /scim/v2/Users.
    "#);
}

#[tokio::test]
async fn what_stands_before_the_path_does_not_matter() {
    let app = App::start().await;

    for prefix in ["/dev", "/scim", "/scim-prod", "/admin"] {
        app.call(Call::new(Method::GET, &format!("{prefix}/scim/v2/Me"))).await.expect(501);
        let groups = app.call(Call::new(Method::GET, &format!("{prefix}/scim/v2/Groups"))).await.expect(404);
        assert!(groups.text_at("/detail").contains("Import Groups"), "for {prefix}: {groups}");

        let path = format!("{prefix}/scim/v2/Schemas");
        let request = lambda::event(lambda::EventParts {
            route: "$default".into(),
            path,
            host: "klue.test".into(),
            ..Default::default()
        });
        let reply = lambda::answer(&request, &directory::Usage::default(), &(), discovery::handle(&request)).await;
        assert_eq!(reply.status, 200, "for {prefix}");
        assert!(reply.body.contains(&format!("https://klue.test{prefix}/scim/v2/Schemas/urn")), "for {prefix}");
    }
}
