//! Canonical URLs: one spelling for one address.
//!
//! Owns the rules. The result is ASCII, of http or https, without user, default port, fragment and tracking.

use url::{Host, Url};

use crate::parse::flaws;

/// A longer URL is ignored: none of an article is, and each record repeats it.
pub(crate) const URL_BYTES_MAX: usize = 2048;

/// Parameters that say how a reader came, not which page it is; `utm_` and the like stand in [`TRACKING_PREFIXES`].
/// Names that pages also use for their content (`ref`, `source`, `from`) are not among them.
const TRACKING: &[&str] = &[
    "__twitter_impression",
    "_ga",
    "_gl",
    "_hsenc",
    "_hsmi",
    "at_campaign",
    "at_medium",
    "cmpid",
    "dclid",
    "fb_action_ids",
    "fb_action_types",
    "fb_source",
    "fbclid",
    "gbraid",
    "gclid",
    "gclsrc",
    "icid",
    "igsh",
    "igshid",
    "mc_cid",
    "mc_eid",
    "mkt_tok",
    "msclkid",
    "ncid",
    "ocid",
    "oly_anon_id",
    "oly_enc_id",
    "ref_src",
    "ref_url",
    "s_cid",
    "srsltid",
    "ttclid",
    "twclid",
    "vero_id",
    "wbraid",
    "wickedid",
    "xtor",
    "yclid",
];

/// Beginnings of parameter names that only track.
const TRACKING_PREFIXES: &[&str] = &["utm_", "pk_", "mtm_", "hsa_"];

/// Why a URL is ignored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UrlProblem {
    TooLong,
    Invalid,
}

impl UrlProblem {
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooLong => flaws::URL_TOO_LONG,
            Self::Invalid => flaws::URL_INVALID,
        }
    }
}

/// The canonical form of a URL as found; a relative one is read against `base`.
pub(crate) fn canonical(raw: &str, base: Option<&Url>) -> Result<Url, UrlProblem> {
    let raw = raw.trim();
    if raw.len() > URL_BYTES_MAX {
        return Err(UrlProblem::TooLong);
    }
    if raw.is_empty() {
        return Err(UrlProblem::Invalid);
    }
    let mut url = Url::options().base_url(base).parse(raw).map_err(|_| UrlProblem::Invalid)?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none_or(str::is_empty) {
        return Err(UrlProblem::Invalid);
    }
    // These can't fail: the URL is of http or https and has a host.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.set_fragment(None);
    trim_host(&mut url)?;
    let query = url.query().map(without_tracking);
    if let Some(query) = query {
        url.set_query((!query.is_empty()).then_some(query.as_str()));
    }
    // Percent-encoding makes a URL of letters beyond ASCII up to three times as long.
    let upper = upper_escapes(url.as_str());
    if upper.len() > URL_BYTES_MAX {
        return Err(UrlProblem::TooLong);
    }
    Url::parse(&upper).map_err(|_| UrlProblem::Invalid)
}

/// `example.com.` is `example.com`.
fn trim_host(url: &mut Url) -> Result<(), UrlProblem> {
    let Some(Host::Domain(host)) = url.host() else { return Ok(()) };
    let Some(trimmed) = host.strip_suffix('.') else { return Ok(()) };
    let trimmed = trimmed.to_owned();
    url.set_host(Some(&trimmed)).map_err(|_| UrlProblem::Invalid)
}

/// The query without tracking parameters and empty parts; the others stay as they are, in their order.
fn without_tracking(query: &str) -> String {
    let kept: Vec<&str> = query
        .split('&')
        .filter(|part| !part.is_empty())
        .filter(|part| !is_tracking(part.split('=').next().unwrap_or_default()))
        .collect();
    kept.join("&")
}

fn is_tracking(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    TRACKING.contains(&name.as_str()) || TRACKING_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

/// `%d8` and `%D8` are the same byte; RFC 3986 (6.2.2.1) prefers capitals.
fn upper_escapes(url: &str) -> String {
    let mut upper = String::with_capacity(url.len());
    let mut digits_left = 0;
    for character in url.chars() {
        if character == '%' {
            digits_left = 2;
            upper.push(character);
        } else if digits_left > 0 && character.is_ascii_hexdigit() {
            digits_left -= 1;
            upper.push(character.to_ascii_uppercase());
        } else {
            digits_left = 0;
            upper.push(character);
        }
    }
    upper
}

/// The registrable domain of a URL's host (`example.co.uk`); an IP address or a host without one stays as it is.
pub(crate) fn registrable_domain(url: &Url) -> Option<String> {
    match url.host()? {
        Host::Domain(host) => Some(psl::domain_str(host).unwrap_or(host).to_owned()),
        address => Some(address.to_string()),
    }
}

/// Whether a page's canonical link may stand for the page.
///
/// It may not where it is a site's root and the page itself isn't (a template's mistake), or where it is of another
/// registrable domain (the page was taken from there).
pub(crate) fn may_replace(link: &Url, page: Option<&Url>) -> bool {
    match page {
        Some(page) => {
            (!is_root(link) || is_root(page)) && registrable_domain(link) == registrable_domain(page)
        }
        None => !is_root(link),
    }
}

fn is_root(url: &Url) -> bool {
    matches!(url.path(), "" | "/") && url.query().is_none()
}

/// The address of a picture: absolute, of http or https, otherwise as it stands (its query may be its key).
pub(crate) fn image(raw: &str, page: Option<&Url>) -> Option<String> {
    let raw = raw.trim();
    if raw.is_empty() || raw.len() > URL_BYTES_MAX {
        return None;
    }
    let url = Url::options().base_url(page).parse(raw).ok()?;
    let is_picture = matches!(url.scheme(), "http" | "https") && url.as_str().len() <= URL_BYTES_MAX;
    is_picture.then(|| url.into())
}

#[cfg(test)]
mod tests;
