//! `GET /admin` and `/admin/assets/{name}`: the console, a page for admins that uses the admin API.

mod assets;

use directory::Error;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderName, HeaderValue, StatusCode};
use lambda::{CONSOLE_ASSETS_PATH, Reply, Request};

use assets::{ASSETS, Asset, PAGE};

/// The page handles a key, so it runs nothing and reaches nothing that is not its own.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
    connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const HEADERS: [(HeaderName, &str); 4] = [
    // The names stay when the texts change: a browser asks each time, and is mostly told 304.
    (CACHE_CONTROL, "no-cache"),
    (CONTENT_SECURITY_POLICY, POLICY),
    (REFERRER_POLICY, "no-referrer"),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
];

/// Answers 200 with the page or an asset of it, or 304; public, since it tells nothing of any instance.
///
/// # Errors
/// [`Error::NotFoundForAdmins`] for an asset that there is not.
pub async fn handle(request: &Request) -> Result<Reply, Error> {
    let path = request.path();
    let asset = match path.strip_prefix(CONSOLE_ASSETS_PATH).and_then(|rest| rest.strip_prefix('/')) {
        None => &*PAGE,
        Some(name) => {
            let found = ASSETS.iter().find(|asset| asset.name == name);
            found.ok_or_else(|| Error::NotFoundForAdmins(path.to_owned()))?
        }
    };
    let known = request.if_none_match().is_some_and(|tags| names(&tags, asset));
    Ok(if known { with_headers(StatusCode::NOT_MODIFIED, asset) } else { whole(asset) })
}

/// Whether `If-None-Match` names an asset, compared weakly (RFC 9110 §13.1.2).
fn names(tags: &str, asset: &Asset) -> bool {
    tags.split(',').map(str::trim).any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == asset.tag)
}

fn whole(asset: &Asset) -> Reply {
    let mut reply = with_headers(StatusCode::OK, asset);
    reply.headers.insert(CONTENT_TYPE, HeaderValue::from_static(asset.content_type));
    reply.body = asset.text.to_owned();
    reply
}

fn with_headers(status: StatusCode, asset: &Asset) -> Reply {
    let mut reply = Reply::empty(status);
    reply.headers.extend(HEADERS.map(|(name, value)| (name, HeaderValue::from_static(value))));
    reply.headers.extend(HeaderValue::from_str(&asset.tag).map(|tag| (ETAG, tag)));
    reply
}
