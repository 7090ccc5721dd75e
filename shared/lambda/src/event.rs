//! The event that an HTTP API makes of a request (payload format 2.0).

use std::collections::HashMap;

use aws_lambda_events::apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpRequestContext};
use data_encoding::BASE64;
use http::{HeaderMap, Method};

use crate::Request;

/// What a server knows of a request; not to be printed, for the key is in it.
#[derive(Clone, Default)]
pub struct EventParts {
    /// The method.
    pub method: Method,
    /// The route, such as `GET /scim/v2/Users/{id}`.
    pub route: String,
    /// The path, as it came.
    pub path: String,
    /// The query string, as it came.
    pub query: String,
    /// The parts of the path that the route names.
    pub path_parameters: HashMap<String, String>,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Vec<u8>,
    /// The host that was asked, with its port.
    pub host: String,
    /// The id of the request.
    pub request_id: String,
}

/// Makes a request of what a server received, in the way API Gateway does.
///
/// The local service uses it, so that it reads requests by the code that Lambda runs.
pub fn event(parts: EventParts) -> Request {
    let mut context = ApiGatewayV2httpRequestContext::default();
    context.http.method = parts.method;
    context.route_key = Some(parts.route);
    context.domain_name = Some(parts.host);
    context.request_id = Some(parts.request_id);

    let mut event = ApiGatewayV2httpRequest::default();
    event.request_context = context;
    event.raw_path = Some(parts.path);
    event.raw_query_string = Some(parts.query);
    event.path_parameters = parts.path_parameters;
    event.headers = parts.headers;
    match String::from_utf8(parts.body) {
        Ok(text) => event.body = Some(text),
        Err(bytes) => {
            event.body = Some(BASE64.encode(bytes.as_bytes()));
            event.is_base64_encoded = true;
        }
    }
    Request::from_event(event, String::new())
}
