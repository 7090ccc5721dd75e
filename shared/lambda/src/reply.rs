//! An answer, before it takes the form of Lambda or of a server.

use std::fmt;

use aws_lambda_events::apigw::ApiGatewayV2httpResponse;
use aws_lambda_events::encodings::Body;
use directory::RefusedRequest;
use http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LOCATION, CONTENT_TYPE, ETAG, HeaderName, LOCATION, RETRY_AFTER,
    WWW_AUTHENTICATE,
};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde::Serialize;

/// An answer to a request.
///
/// `Debug` does not show the body: a new key is in one, users are in others.
#[derive(Clone)]
pub struct Reply {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, UTF-8.
    pub body: String,
    /// What was refused, to be written down when the request is answered.
    pub(crate) refused: Vec<RefusedRequest>,
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply").field("status", &self.status).finish_non_exhaustive()
    }
}

impl Reply {
    /// A SCIM message or resource.
    pub fn scim(status: StatusCode, message: &impl Serialize) -> Self {
        Self::json(status, "application/scim+json", message)
    }

    /// An answer of the admin API.
    pub fn admin(status: StatusCode, message: &impl Serialize) -> Self {
        let mut reply = Self::json(status, "application/json", message);
        // Some of it is a secret that is shown once.
        reply.headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        reply
    }

    /// A status that needs no words.
    pub fn empty(status: StatusCode) -> Self {
        Self { status, headers: HeaderMap::new(), body: String::new(), refused: Vec::new() }
    }

    /// 200 with a file of the admin API, to be saved under a name.
    pub fn file(content_type: &'static str, name: &str, body: String) -> Self {
        let mut reply = Self { body, ..Self::empty(StatusCode::OK) };
        reply.headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        reply.headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        reply.with(CONTENT_DISPOSITION, &format!("attachment; filename=\"{name}\""))
    }

    /// With the cursor by which what did not fit the answer is had.
    pub fn with_next_cursor(self, cursor: &str) -> Self {
        self.with(HeaderName::from_static("next-cursor"), cursor)
    }

    pub(crate) fn json(status: StatusCode, content_type: &'static str, message: &impl Serialize) -> Self {
        let body = serde_json::to_string(message).expect("what the service writes has text as its keys");
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        Self { status, headers, body, refused: Vec::new() }
    }

    pub(crate) fn with_location(self, location: &str) -> Self {
        self.with(LOCATION, location)
    }

    pub(crate) fn with_content_location(self, location: &str) -> Self {
        self.with(CONTENT_LOCATION, location)
    }

    pub(crate) fn with_etag(self, tag: &str) -> Self {
        self.with(ETAG, tag)
    }

    pub(crate) fn with_allow(self, methods: &str) -> Self {
        self.with(ALLOW, methods)
    }

    pub(crate) fn with_retry_after(self, seconds: u32) -> Self {
        self.with(RETRY_AFTER, &seconds.to_string())
    }

    pub(crate) fn with_challenge(self) -> Self {
        self.with(WWW_AUTHENTICATE, "Bearer realm=\"klue-scim\"")
    }

    fn with(mut self, name: HeaderName, value: &str) -> Self {
        // A value that no header can carry comes from a client's path, and is then left out.
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(name, value);
        }
        self
    }

    /// The answer as an HTTP API takes it from Lambda.
    ///
    /// The body is a JSON string there, which doubles each quote and backslash in it. Base64 adds a
    /// third; the shorter of the two is taken, so that 1,000 users fit Lambda's 6 MB whatever their names.
    pub fn into_event(self) -> ApiGatewayV2httpResponse {
        let mut response = ApiGatewayV2httpResponse::default();
        response.status_code = self.status.as_u16().into();
        response.headers = self.headers;
        let escaped = self.body.bytes().filter(|byte| matches!(byte, b'"' | b'\\')).count();
        response.is_base64_encoded = escaped > self.body.len() / 3;
        response.body = match self.body {
            empty if empty.is_empty() => None,
            body if response.is_base64_encoded => Some(Body::Binary(body.into_bytes())),
            body => Some(Body::Text(body)),
        };
        response
    }
}
