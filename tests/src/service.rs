//! The functions behind one router.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::RawPathParams;
use axum::response::Response;
use axum::routing::{MethodFilter, on};
use directory::Usage;
use http::header::{CONTENT_LENGTH, HOST};
use http::{HeaderValue, Request as HttpRequest};
use lambda::{EventParts, Reply, Request, answer};
use store::Store;
use uuid::Uuid;

use crate::access;
use crate::routes::{Function, ROUTES};

/// As much as API Gateway takes.
const MAX_PAYLOAD: usize = 10 * 1024 * 1024;

/// A router with the routes of template.yaml.
pub fn router(store: &Store) -> Router {
    let mut router = Router::new();
    for route in &ROUTES {
        let filter = MethodFilter::try_from(route.method.clone()).expect("a route has a usual method");
        let route_key = format!("{} {}", route.method, route.path);
        router = router.route(route.path, on(filter, handler(store, route.function, route_key)));
    }
    let unsupported = || handler(store, Function::Unsupported, "$default".to_owned());
    router.method_not_allowed_fallback(unsupported()).fallback(unsupported())
}

fn handler(
    store: &Store,
    function: Function,
    route: String,
) -> impl Fn(RawPathParams, HttpRequest<Body>) -> std::pin::Pin<Box<dyn Future<Output = Response> + Send>>
+ Clone
+ Send
+ Sync
+ 'static {
    let store = store.clone();
    move |path, request| {
        let (store, route) = (store.clone(), route.clone());
        Box::pin(async move {
            let usage = Usage::recorded();
            let request = event(route, &path, request).await;
            let mut response = respond(dispatch(&store, function, &usage, &request).await);
            let sent = usage.take_sent();
            access::note(function.name(), &sent);
            response.extensions_mut().insert(sent);
            response.extensions_mut().insert(usage);
            response
        })
    }
}

/// Calls the handler of a function.
async fn dispatch(store: &Store, function: Function, usage: &Usage, request: &Request) -> Reply {
    match function {
        Function::CreateUser => answer(request, usage, store, create_user::handle(store, request)).await,
        Function::GetUser => answer(request, usage, store, get_user::handle(store, request)).await,
        Function::Bulk => answer(request, usage, store, bulk::handle(store, request)).await,
        Function::ListUsers => answer(request, usage, store, list_users::handle(store, request)).await,
        Function::ReplaceUser => answer(request, usage, store, replace_user::handle(store, request)).await,
        Function::PatchUser => answer(request, usage, store, patch_user::handle(store, request)).await,
        Function::DeleteUser => answer(request, usage, store, delete_user::handle(store, request)).await,
        Function::Discovery => answer(request, usage, &(), discovery::handle(request)).await,
        Function::Unsupported => answer(request, usage, &(), unsupported::handle(request)).await,
        Function::AdminApiKeys => answer(request, usage, store, admin_api_keys::handle(store, request)).await,
        Function::AdminVisibilityGroups => {
            answer(request, usage, store, admin_visibility_groups::handle(store, request)).await
        }
        Function::AdminInstance => answer(request, usage, store, admin_instance::handle(store, request)).await,
        Function::AdminUsers => answer(request, usage, store, admin_users::handle(store, request)).await,
        Function::AdminActivity => answer(request, usage, store, admin_activity::handle(store, request)).await,
        Function::Console => answer(request, usage, &(), console::handle(request)).await,
    }
}

async fn event(route: String, path: &RawPathParams, request: HttpRequest<Body>) -> Request {
    let (parts, body) = request.into_parts();
    let mut headers = parts.headers;
    headers.insert("x-forwarded-proto", HeaderValue::from_static("http"));
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost").to_owned();
    lambda::event(EventParts {
        method: parts.method,
        route,
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        path_parameters: path.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        headers,
        // The gateway refuses what is longer; here the function does, by the length alone.
        body: to_bytes(body, MAX_PAYLOAD).await.map_or_else(|_| vec![b' '; MAX_PAYLOAD], Into::into),
        host,
        request_id: Uuid::now_v7().to_string(),
    })
}

fn respond(reply: Reply) -> Response {
    let mut response = Response::new(Body::from(reply.body));
    *response.status_mut() = reply.status;
    *response.headers_mut() = reply.headers;
    response.headers_mut().remove(CONTENT_LENGTH);
    response
}
