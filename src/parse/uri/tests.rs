use url::Url;

use super::{UrlProblem, canonical, may_replace, registrable_domain};

/// URL as found, its canonical form.
const CANONICAL: &[(&str, &str)] = &[
    ("https://Example.COM/A/b", "https://example.com/A/b"),
    (" https://example.com ", "https://example.com/"),
    ("http://example.com:80/x", "http://example.com/x"),
    ("https://example.com:443/x", "https://example.com/x"),
    ("https://example.com:8443/x", "https://example.com:8443/x"),
    ("https://example.com/x#top", "https://example.com/x"),
    ("https://example.com./x", "https://example.com/x"),
    ("https://user:secret@example.com/x", "https://example.com/x"),
    ("https://example.com/x?utm_source=a&id=3&fbclid=b", "https://example.com/x?id=3"),
    ("https://example.com/x?UTM_Campaign=a", "https://example.com/x"),
    ("https://example.com/x?b=2&a=1&&", "https://example.com/x?b=2&a=1"),
    ("https://example.com/x?", "https://example.com/x"),
    ("https://example.com/x?ref=5&source=y", "https://example.com/x?ref=5&source=y"),
    ("https://example.com/x?gclid", "https://example.com/x"),
    ("https://example.com/a/../b/./c", "https://example.com/b/c"),
    ("https://example.com/خبر", "https://example.com/%D8%AE%D8%A8%D8%B1"),
    ("https://example.com/%d8%ae?q=%d9", "https://example.com/%D8%AE?q=%D9"),
    ("https://موقع.example/x", "https://xn--4gbrim.example/x"),
    ("https://example.com/x?q=a b", "https://example.com/x?q=a%20b"),
    ("HTTP://EXAMPLE.com", "http://example.com/"),
    ("https://[::1]:443/x", "https://[::1]/x"),
];

#[test]
fn one_address_has_one_spelling() {
    for (raw, expected) in CANONICAL {
        let url = canonical(raw, None).unwrap();
        assert_eq!(url.as_str(), *expected, "{raw}");
        assert!(url.as_str().is_ascii());
        assert_eq!(canonical(url.as_str(), None).as_ref(), Ok(&url), "{raw}: the canonical form is its own");
    }
}

#[test]
fn what_is_no_web_address_is_refused() {
    for raw in [
        "",
        "example.com/x",
        "/x",
        "ftp://example.com",
        "javascript:alert(1)",
        "https://",
        "data:text/html,x",
        "https://exa mple.com/",
    ] {
        assert_eq!(canonical(raw, None), Err(UrlProblem::Invalid), "{raw}");
    }
    let long = format!("https://example.com/{}", "x".repeat(2048));
    assert_eq!(canonical(&long, None), Err(UrlProblem::TooLong));
    let grows = format!("https://example.com/{}", "خ".repeat(900));
    assert_eq!(canonical(&grows, None), Err(UrlProblem::TooLong), "its escapes are longer than the limit");
}

#[test]
fn relative_addresses_are_read_against_the_page() {
    let page = Url::parse("https://example.com/news/1").unwrap();
    for (raw, expected) in [
        ("/x", "https://example.com/x"),
        ("2", "https://example.com/news/2"),
        ("//b.example.com/y", "https://b.example.com/y"),
    ] {
        assert_eq!(canonical(raw, Some(&page)).unwrap().as_str(), expected, "{raw}");
    }
}

#[test]
fn a_canonical_link_stands_for_its_own_site_only() {
    let url = |text: &str| Url::parse(text).unwrap();
    for (link, page, may) in [
        ("https://example.com/1", "https://m.example.com/1?x=2", true),
        ("https://example.com/", "https://example.com/1", false),
        ("https://example.com/", "https://example.com/", true),
        ("https://other.com/1", "https://example.com/1", false),
        ("https://b.co.uk/1", "https://a.co.uk/1", false),
        ("https://www.a.co.uk/1", "https://a.co.uk/1", true),
        ("http://10.0.0.1/1", "http://10.0.0.2/1", false),
    ] {
        assert_eq!(may_replace(&url(link), Some(&url(page))), may, "{link} for {page}");
    }
    assert!(!may_replace(&url("https://example.com/"), None));
    assert!(may_replace(&url("https://example.com/1"), None));
}

#[test]
fn registrable_domains_follow_the_public_suffix_list() {
    for (raw, domain) in [
        ("https://a.b.example.com/", "example.com"),
        ("https://www.bbc.co.uk/", "bbc.co.uk"),
        ("http://localhost/", "localhost"),
        ("http://10.0.0.1/", "10.0.0.1"),
    ] {
        assert_eq!(registrable_domain(&Url::parse(raw).unwrap()).as_deref(), Some(domain), "{raw}");
    }
}

proptest::proptest! {
    #[test]
    fn a_canonical_url_is_ascii_and_its_own_canonical_form(tail in "\\PC{0,60}") {
        if let Ok(url) = canonical(&format!("https://example.com/{tail}"), None) {
            proptest::prop_assert!(url.as_str().is_ascii());
            let again = canonical(url.as_str(), None);
            proptest::prop_assert_eq!(again.as_ref(), Ok(&url));
        }
    }
}
