use super::*;

#[test]
fn the_path_of_an_address_may_hold_the_date() {
    for (path, date) in [
        ("/2024/12/02/bridge", Some("2024-12-02")),
        ("/news/2024-12-02-bridge", Some("2024-12-02")),
        ("/news/20241202/bridge", Some("2024-12-02")),
        ("/2024/12/bridge", None),
        ("/2024/13/02/bridge", None),
        ("/id/12345678/bridge", None),
    ] {
        assert_eq!(date_of_path(path).as_deref(), date, "{path}");
    }
}
