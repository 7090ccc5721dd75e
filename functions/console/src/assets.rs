//! The files of the console, in the binary.

use std::sync::LazyLock;

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const JAVASCRIPT: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";

/// As much of a hash as tells two versions of a file apart, in bytes.
const TAG_BYTES: usize = 16;

/// A file as a browser gets it.
pub(crate) struct Asset {
    /// The last part of its path.
    pub(crate) name: &'static str,
    pub(crate) content_type: &'static str,
    pub(crate) text: &'static str,
    /// The entity tag: a hash of the text.
    pub(crate) tag: String,
}

/// The page.
pub(crate) static PAGE: LazyLock<Asset> = LazyLock::new(|| asset("admin", HTML, include_str!("../assets/admin.html")));

/// What the page and its modules name.
pub(crate) static ASSETS: LazyLock<[Asset; 18]> = LazyLock::new(|| {
    [
        asset("icon.svg", SVG, include_str!("../assets/icon.svg")),
        asset("style.css", CSS, include_str!("../assets/style.css")),
        asset("activity.js", JAVASCRIPT, include_str!("../assets/activity.js")),
        asset("advice.js", JAVASCRIPT, include_str!("../assets/advice.js")),
        asset("api.js", JAVASCRIPT, include_str!("../assets/api.js")),
        asset("app.js", JAVASCRIPT, include_str!("../assets/app.js")),
        asset("banner.js", JAVASCRIPT, include_str!("../assets/banner.js")),
        asset("dialog.js", JAVASCRIPT, include_str!("../assets/dialog.js")),
        asset("dom.js", JAVASCRIPT, include_str!("../assets/dom.js")),
        asset("entries.js", JAVASCRIPT, include_str!("../assets/entries.js")),
        asset("form.js", JAVASCRIPT, include_str!("../assets/form.js")),
        asset("groups.js", JAVASCRIPT, include_str!("../assets/groups.js")),
        asset("keys.js", JAVASCRIPT, include_str!("../assets/keys.js")),
        asset("list.js", JAVASCRIPT, include_str!("../assets/list.js")),
        asset("new_key.js", JAVASCRIPT, include_str!("../assets/new_key.js")),
        asset("sign_in.js", JAVASCRIPT, include_str!("../assets/sign_in.js")),
        asset("user.js", JAVASCRIPT, include_str!("../assets/user.js")),
        asset("users.js", JAVASCRIPT, include_str!("../assets/users.js")),
    ]
});

fn asset(name: &'static str, content_type: &'static str, text: &'static str) -> Asset {
    let hash = Sha256::digest(text);
    Asset { name, content_type, text, tag: format!("\"{}\"", HEXLOWER.encode(&hash[..TAG_BYTES])) }
}
