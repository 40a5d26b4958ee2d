//! The article's address: the stated one, a labelled one, or a canonical link that may replace it.

use url::Url;

use crate::article::Flaw;
use crate::parse::text::first_chars;
use crate::parse::{flaws, uri};

/// A link that may be the article's own address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Link {
    pub raw: String,
    pub evidence: &'static str,
    /// It speaks for another address (`rel=canonical`): checked against the page's own.
    pub is_canonical: bool,
}

/// The article's address.
#[derive(Debug, Clone, Default)]
pub(super) struct Address {
    pub url: Option<Url>,
    pub evidence: &'static str,
    pub flaws: Vec<Flaw>,
}

/// The address: the stated URL, or a labelled one, replaced by a canonical link that may replace it.
pub(super) fn settle_address(stated: Option<&str>, links: &[Link]) -> Address {
    let mut address = Address::default();
    if let Some(stated) = stated {
        match uri::canonical(stated, None) {
            Ok(url) => (address.url, address.evidence) = (Some(url), "envelope:url"),
            Err(problem) => address.flaws.push(url_flaw(problem, stated)),
        }
    }
    let mut is_settled = false;
    for link in links {
        if is_settled || (!link.is_canonical && address.url.is_some()) {
            continue;
        }
        match uri::canonical(&link.raw, address.url.as_ref()) {
            Ok(url) if !link.is_canonical || uri::may_replace(&url, address.url.as_ref()) => {
                is_settled = true;
                if address.url.as_ref() != Some(&url) {
                    (address.url, address.evidence) = (Some(url), link.evidence);
                }
            }
            Ok(url) => {
                let detail = format!("{}: {url}", link.evidence);
                address.flaws.push(Flaw::new(flaws::CANONICAL_IGNORED).with_detail(detail));
            }
            Err(problem) => address.flaws.push(url_flaw(problem, &link.raw)),
        }
    }
    address
}

fn url_flaw(problem: uri::UrlProblem, raw: &str) -> Flaw {
    Flaw::new(problem.code()).with_detail(first_chars(raw, 100))
}
