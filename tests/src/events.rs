//! The events that an HTTP API makes of calls, payload format 2.0.

use std::collections::BTreeMap;

use data_encoding::BASE64;
use http::Method;
use serde_json::{Map, Value, json};

use crate::routes::{Function, ROUTES, Route};

/// By which address a call comes in.
#[derive(Clone, Copy, Debug)]
pub struct Front {
    domain: &'static str,
    stage: &'static str,
    /// What stands in the path before the service's own part.
    prefix: &'static str,
    scheme: &'static str,
    port: &'static str,
}

impl Front {
    const GATEWAY: &'static str = "a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com";
    /// The stage that template.yaml makes.
    pub const DEFAULT_STAGE: Self =
        Self { domain: Self::GATEWAY, stage: "$default", prefix: "", scheme: "https", port: "443" };
    /// A stage of another name.
    pub const NAMED_STAGE: Self = Self { stage: "dev", prefix: "/dev", ..Self::DEFAULT_STAGE };
    /// A domain of Klue's with a mapping of a path to the API.
    pub const CUSTOM_DOMAIN: Self = Self { domain: "api.klue.example", prefix: "/klue", ..Self::DEFAULT_STAGE };
    /// `sam local start-api`.
    pub const SAM_LOCAL: Self = Self { domain: "localhost", scheme: "http", port: "3000", ..Self::DEFAULT_STAGE };
}

/// A request by a client.
#[derive(Clone, Debug)]
pub struct Call {
    method: Method,
    path: String,
    query: String,
    headers: BTreeMap<String, String>,
    body: Option<(String, bool)>,
    front: Front,
}

impl Call {
    /// A request by the default stage, without key and body.
    pub fn new(method: Method, target: &str) -> Self {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        Self {
            method,
            path: path.to_owned(),
            query: query.to_owned(),
            headers: BTreeMap::new(),
            body: None,
            front: Front::DEFAULT_STAGE,
        }
    }

    /// With an API key, as `Bearer`.
    pub fn key(mut self, key: &str) -> Self {
        self.headers.insert("authorization".to_owned(), format!("Bearer {key}"));
        self
    }

    /// With a JSON body.
    pub fn json(self, body: &Value) -> Self {
        self.body(&body.to_string(), false)
    }

    /// A body that the gateway has encoded, as it does with media types that it takes for binary.
    pub fn base64(self, body: &[u8]) -> Self {
        self.body(&BASE64.encode(body), true)
    }

    /// With a body that is what the test says.
    pub fn body(mut self, body: &str, is_base64: bool) -> Self {
        self.headers.insert("content-type".to_owned(), "application/scim+json".to_owned());
        self.body = Some((body.to_owned(), is_base64));
        self
    }

    /// By another address.
    pub fn through(mut self, front: Front) -> Self {
        self.front = front;
        self
    }

    /// The function that answers.
    pub fn function(&self) -> Function {
        self.route().map_or(Function::Unsupported, |(route, _)| route.function)
    }

    /// The route, and the part of its path that is not fixed: its name and what it is here.
    fn route(&self) -> Option<(&'static Route, Option<(&'static str, &str)>)> {
        ROUTES.iter().filter(|route| route.method == self.method).find_map(|route| {
            let variable = match route.path.split_once('{').zip(route.path.split_once('}')) {
                None => (route.path == self.path).then_some(None),
                Some(((before, name), (_, after))) => {
                    let value = self.path.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
                    let name = name.split('}').next().unwrap_or_default();
                    value.filter(|value| !value.contains('/')).map(|value| Some((name, value)))
                }
            };
            variable.map(|variable| (route, variable))
        })
    }

    /// The event, payload format 2.0.
    pub fn event(&self) -> Value {
        let Front { domain, stage, prefix, scheme, port } = self.front;
        let route = self.route();
        let route_key = route.map_or("$default".to_owned(), |(route, _)| format!("{} {}", route.method, route.path));
        let raw_path = format!("{prefix}{}", self.path);
        let mut headers = self.headers.clone();
        for (name, value) in [
            ("accept", "application/scim+json"),
            ("host", domain),
            ("user-agent", "identity-provider/1.0"),
            ("x-amzn-trace-id", "Root=1-6743378f-0123456789abcdef01234567"),
            ("x-forwarded-for", "203.0.113.7"),
            ("x-forwarded-port", port),
            ("x-forwarded-proto", scheme),
        ] {
            headers.insert(name.to_owned(), value.to_owned());
        }
        let mut event = json!({
            "version": "2.0",
            "routeKey": route_key,
            "rawPath": raw_path,
            "rawQueryString": self.query,
            "headers": headers,
            "requestContext": {
                "accountId": "123456789012",
                "apiId": "a1b2c3d4e5",
                "domainName": domain,
                "domainPrefix": domain.split('.').next(),
                "http": {
                    "method": self.method.as_str(),
                    "path": raw_path,
                    "protocol": "HTTP/1.1",
                    "sourceIp": "203.0.113.7",
                    "userAgent": "identity-provider/1.0",
                },
                "requestId": "CAbCdEfGhIjKlMn=",
                "routeKey": route_key,
                "stage": stage,
                "time": "24/Nov/2026:14:25:03 +0000",
                "timeEpoch": 1_795_530_303_000_i64,
            },
            "isBase64Encoded": self.body.as_ref().is_some_and(|(_, is_base64)| *is_base64),
        });
        // The gateway leaves out what there is none of.
        if let Some((_, Some((name, value)))) = route {
            event["pathParameters"] = json!({name: value});
        }
        if let Some((body, _)) = &self.body {
            event["headers"]["content-length"] = json!(body.len().to_string());
            event["body"] = json!(body);
        }
        if !self.query.is_empty() {
            let pairs = self.query.split('&').filter_map(|pair| pair.split_once('='));
            event["queryStringParameters"] =
                pairs.map(|(name, value)| (name.to_owned(), json!(value))).collect::<Map<_, _>>().into();
        }
        event
    }
}
