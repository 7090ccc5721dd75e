//! A request, read from the event of an HTTP API (payload format 2.0).

use std::borrow::Cow;
use std::fmt;

use aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use data_encoding::BASE64;
use directory::{
    ChangeMethod, Credentials, Error, KeyRefusal, PresentedKey, RefusedRequest, USER, UserChange, UserOperation,
    pushed_values,
};
use http::{HeaderMap, Method, header};
use scim::{ListQuery, Projection};
use serde_json::Value;

use crate::{ADMIN_PATH, CONSOLE_ASSETS_PATH, SCIM_PATH, View, refusal};

/// How the service's own part of a path begins.
const OWN_PATHS: [&str; 3] = [SCIM_PATH, ADMIN_PATH, CONSOLE_ASSETS_PATH];

/// The longest query string that is read, in bytes: a filter of 4 KiB, each byte percent-encoded,
/// and room for the rest.
const MAX_QUERY_BYTES: usize = 16 * 1024;

/// A request to one of the functions.
///
/// `Debug` shows nothing that the client sent: the key is in a header, and a password may be in the body.
#[derive(Clone)]
pub struct Request {
    event: ApiGatewayV2httpRequest,
    trace_id: String,
}

impl Request {
    /// Reads the event of an HTTP API, which is a part of a trace, if of any.
    pub(crate) fn from_event(event: ApiGatewayV2httpRequest, trace_id: String) -> Self {
        Self { event, trace_id }
    }

    /// The method.
    pub fn method(&self) -> &Method {
        &self.event.request_context.http.method
    }

    /// The path, without the stage or mapping before the service's own part of it.
    pub fn path(&self) -> &str {
        let path = self.raw_path();
        OWN_PATHS.iter().find_map(|own| path.find(own)).map_or(path, |start| &path[start..])
    }

    /// The route by which the gateway chose the function, such as `GET /scim/v2/Users/{id}`.
    pub(crate) fn route(&self) -> &str {
        self.event.request_context.route_key.as_deref().unwrap_or("$default")
    }

    /// The id that the gateway gave the request.
    pub(crate) fn id(&self) -> &str {
        self.event.request_context.request_id.as_deref().unwrap_or_default()
    }

    /// The id of the trace in X-Ray that the request is a part of; empty where it is part of none.
    pub(crate) fn trace_id(&self) -> &str {
        &self.trace_id
    }

    /// The last part of the path where the route has a `{id}`.
    pub fn resource_id(&self) -> &str {
        self.event.path_parameters.get("id").map_or("", String::as_str)
    }

    /// The API key: behind `Bearer` in any case, or as it is (Okta's "Header" mode).
    ///
    /// # Errors
    /// [`KeyRefusal::Missing`], [`KeyRefusal::Malformed`].
    pub fn credentials(&self) -> Result<Credentials, Error> {
        let mut text = self.header(header::AUTHORIZATION).unwrap_or_default().trim();
        // The word comes twice where somebody pastes it into a field that adds it.
        while let Some((scheme, rest)) = text.split_once(char::is_whitespace)
            && scheme.eq_ignore_ascii_case("bearer")
        {
            text = rest.trim_start();
        }
        if text.is_empty() || text.eq_ignore_ascii_case("bearer") {
            return Err(KeyRefusal::Missing.into());
        }
        Ok(Credentials { key: PresentedKey::parse(text)?, request_id: self.id().to_owned() })
    }

    /// Reads the JSON body.
    ///
    /// # Errors
    /// [`Error::UnsupportedMediaType`]; `invalidSyntax` for what is not JSON; what `read` refuses.
    pub fn body<T>(&self, read: impl FnOnce(&Value) -> Result<T, scim::Error>) -> Result<T, Error> {
        let content_type = self.header(header::CONTENT_TYPE).unwrap_or_default();
        let media_type = content_type.split(';').next().unwrap_or_default().trim();
        let is_json =
            ["application/scim+json", "application/json", ""].iter().any(|json| media_type.eq_ignore_ascii_case(json));
        if !is_json {
            return Err(Error::UnsupportedMediaType(media_type.to_owned()));
        }
        let not_json = |what: String| scim::Error::invalid_syntax(format!("The body is not valid JSON: {what}."));
        let text = self.event.body.as_deref().unwrap_or_default();
        let value = if self.event.is_base64_encoded {
            let bytes = BASE64.decode(text.as_bytes()).map_err(|_| not_json("its base64 encoding is broken".into()))?;
            let text = std::str::from_utf8(&bytes).map_err(|error| not_json(error.to_string()))?;
            serde_json::from_str(text)
        } else {
            serde_json::from_str(text)
        };
        Ok(read(&value.map_err(|error| not_json(error.to_string()))?)?)
    }

    /// The request as the log of an instance keeps it when it is refused; none where it does not.
    pub(crate) fn refused(&self, error: &Error) -> Option<RefusedRequest> {
        let values = || self.body(|body| Ok(pushed_values(body))).unwrap_or_default();
        refusal::refused(error, self.route().to_owned(), self.resource_id().parse().ok(), values)
    }

    /// How many bytes the body has.
    pub(crate) fn body_length(&self) -> usize {
        let body = self.event.body.as_deref().unwrap_or_default();
        if !self.event.is_base64_encoded {
            return body.len();
        }
        let padding = body.bytes().rev().take_while(|byte| *byte == b'=').count();
        (body.len() / 4 * 3).saturating_sub(padding)
    }

    /// The parameters of a list, from the query string or the body of a search, checked against the
    /// attributes of a user.
    ///
    /// # Errors
    /// `invalidFilter`, `invalidPath`, `invalidValue`, `invalidCount`.
    pub fn list_query(&self) -> Result<ListQuery, Error> {
        let query = match *self.method() {
            Method::POST => self.body(ListQuery::from_json)?,
            _ => ListQuery::from_pairs(self.query()?)?,
        };
        if let Some(filter) = &query.filter {
            filter.check(&USER)?;
        }
        if let Some(sort) = &query.sort {
            sort.check(&USER)?;
        }
        Ok(query)
    }

    /// How the client wants to see users: under which address, and which attributes.
    ///
    /// # Errors
    /// `invalidValue` for `attributes` together with `excludedAttributes`.
    pub fn view(&self) -> Result<View, Error> {
        Ok(View::new(self.base_url(), &Projection::from_pairs(self.query()?)?))
    }

    /// The operation on the user of the path, on the version that `If-Match` names.
    pub fn change(&self, method: ChangeMethod) -> UserOperation {
        let if_match = self.entity_tags(header::IF_MATCH).map(Cow::into_owned);
        UserOperation::Change(UserChange { id: self.resource_id().to_owned(), if_match, method })
    }

    /// The entity tags of `If-None-Match`.
    pub fn if_none_match(&self) -> Option<Cow<'_, str>> {
        self.entity_tags(header::IF_NONE_MATCH)
    }

    /// A tag that is no text is a tag all the same, and names no version.
    fn entity_tags(&self, name: header::HeaderName) -> Option<Cow<'_, str>> {
        self.event.headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()))
    }

    /// Whether the query string has a parameter.
    pub fn has_parameter(&self, name: &str) -> bool {
        self.query().is_ok_and(|mut pairs| pairs.any(|(found, _)| found.eq_ignore_ascii_case(name)))
    }

    /// The value of a parameter of the query string; an empty one counts as absent.
    ///
    /// # Errors
    /// `invalidValue` where the query string is not UTF-8, or too long.
    pub fn parameter(&self, name: &str) -> Result<Option<String>, Error> {
        let found = self.query()?.find(|(found, value)| found.eq_ignore_ascii_case(name) && !value.trim().is_empty());
        Ok(found.map(|(_, value)| value.trim().to_owned()))
    }

    /// The value of a parameter that is a number.
    ///
    /// # Errors
    /// `invalidValue`, also for what is no number, or too large.
    pub fn number(&self, name: &str) -> Result<Option<u32>, Error> {
        let number = |text: String| {
            let detail = format!("{name} must be a number, not {}.", scim::quoted(&text));
            text.parse().map_err(|_| scim::Error::invalid_value(detail))
        };
        Ok(self.parameter(name)?.map(number).transpose()?)
    }

    /// The SCIM base URL under which the client reached the service, without a slash at its end.
    pub fn base_url(&self) -> String {
        let path = self.raw_path();
        let own = OWN_PATHS.iter().find_map(|own| path.find(own));
        let prefix = own.map_or("", |start| &path[..start]);
        // What the gateway says of itself, not the client's Host header.
        let host = self.event.request_context.domain_name.as_deref().unwrap_or("localhost");
        let scheme = match self.header_named("x-forwarded-proto") {
            Some("http") => "http",
            _ => "https",
        };
        let port = self.header_named("x-forwarded-port").filter(|port| port.parse::<u16>().is_ok());
        match port.filter(|port| !host.contains(':') && !["80", "443"].contains(port)) {
            Some(port) => format!("{scheme}://{host}:{port}{prefix}{SCIM_PATH}"),
            None => format!("{scheme}://{host}{prefix}{SCIM_PATH}"),
        }
    }

    fn raw_path(&self) -> &str {
        self.event.raw_path.as_deref().unwrap_or("/")
    }

    /// The parameters of the query string.
    ///
    /// # Errors
    /// `invalidValue` for what is too long or no UTF-8.
    pub fn query(&self) -> Result<form_urlencoded::Parse<'_>, Error> {
        let query = self.event.raw_query_string.as_deref().unwrap_or_default();
        if query.len() > MAX_QUERY_BYTES {
            let detail = format!("The query string is longer than {MAX_QUERY_BYTES} bytes.");
            return Err(scim::Error::invalid_value(detail).into());
        }
        // What is no UTF-8 was replaced by a character that nobody sends on purpose.
        if form_urlencoded::parse(query.as_bytes()).any(|(_, value)| value.contains(char::REPLACEMENT_CHARACTER)) {
            return Err(scim::Error::invalid_value("The query string is not UTF-8.").into());
        }
        Ok(form_urlencoded::parse(query.as_bytes()))
    }

    fn header(&self, name: header::HeaderName) -> Option<&str> {
        text(&self.event.headers, name)
    }

    fn header_named(&self, name: &'static str) -> Option<&str> {
        text(&self.event.headers, header::HeaderName::from_static(name))
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request").field("route", &self.route()).field("id", &self.id()).finish_non_exhaustive()
    }
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}
