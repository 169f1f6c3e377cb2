//! Which addresses an outgoing request may reach: the wall against server-side request forgery.
//!
//! A name is resolved once and the very addresses that were judged are the ones connected to, so a name
//! that answers differently the second time ("DNS rebinding") gains nothing. Addresses are judged as
//! numbers, after every wrapping of IPv4 in IPv6 has been taken off.
//!
//! Sources: the IANA special-purpose registries for IPv4 and IPv6 (RFC 6890), the list of ports that
//! browsers refuse (<https://fetch.spec.whatwg.org/#port-blocking>), and "ends in a number"
//! (<https://url.spec.whatwg.org/#ends-in-a-number-checker>).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use http::Uri;
use http::uri::Scheme;

/// How far a request may reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Reach {
    /// Only addresses of the public internet. For every address that a person or a page can choose.
    #[default]
    PublicOnly,
    /// The public internet, this machine and private networks: for addresses that the operator chose
    /// (a model server on this machine, a shop in the office). Link-local addresses, where clouds keep
    /// their machine credentials, stay closed, as do multicast, broadcast and unspecified addresses.
    AllowPrivate,
}

/// Why the guard refused an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Neither `http` nor `https`.
    #[error("only http and https addresses can be reached")]
    Scheme,
    /// No host, or one that is not a plain name or address.
    #[error("the address has no valid host")]
    Host,
    /// `user:password@` in front of the host.
    #[error("the address must not contain a user name or password")]
    UserInfo,
    /// A port that belongs to another protocol.
    #[error("the port of this address is not allowed")]
    Port,
    /// The address is not one that this request may reach.
    #[error("the address points to a network that must not be reached")]
    Address,
}

/// Judges the written form of an address before anything is resolved.
///
/// # Errors
/// The [`Refusal`] when scheme, user information, host or port are not acceptable, or the host is a
/// literal address outside of `reach`.
pub fn check_uri(uri: &Uri, reach: Reach) -> Result<(), Refusal> {
    match uri.scheme() {
        Some(scheme) if *scheme == Scheme::HTTP || *scheme == Scheme::HTTPS => {}
        _ => return Err(Refusal::Scheme),
    }
    let authority = uri.authority().ok_or(Refusal::Host)?;
    if authority.as_str().contains('@') {
        return Err(Refusal::UserInfo);
    }
    // `http` accepts `host:` and `host:99999`; both are a port that cannot be read.
    let host = authority.host();
    let after_host = authority.as_str().len() > host.len();
    match authority.port_u16() {
        Some(port) if port == 0 || is_blocked_port(port) => return Err(Refusal::Port),
        None if after_host => return Err(Refusal::Port),
        _ => {}
    }
    match literal_host(host)? {
        Some(address) => check_address(address, reach),
        None => Ok(()),
    }
}

/// The address that a host literally is, `None` for a name.
fn literal_host(host: &str) -> Result<Option<IpAddr>, Refusal> {
    if let Some(inner) = host.strip_prefix('[') {
        let inner = inner.strip_suffix(']').ok_or(Refusal::Host)?;
        return inner
            .parse::<Ipv6Addr>()
            .map(|v6| Some(IpAddr::V6(v6)))
            .map_err(|_| Refusal::Host);
    }
    if let Ok(v4) = host.parse::<Ipv4Addr>() {
        return Ok(Some(IpAddr::V4(v4)));
    }
    let is_name_char = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    if host.is_empty() || host.len() > 253 || !host.bytes().all(is_name_char) {
        return Err(Refusal::Host);
    }
    // 127.1, 0177.0.0.1, 0x7f000001 and 2130706433 are addresses to the C library, names to us.
    let last = host.trim_end_matches('.').rsplit('.').next().unwrap_or_default();
    let hex = last.strip_prefix("0x").or_else(|| last.strip_prefix("0X"));
    let numeric = !last.is_empty() && last.bytes().all(|b| b.is_ascii_digit());
    if numeric || hex.is_some_and(|h| h.bytes().all(|b| b.is_ascii_hexdigit())) || last.is_empty() {
        return Err(Refusal::Host);
    }
    Ok(None)
}

/// Judges one resolved address.
///
/// # Errors
/// [`Refusal::Address`] when it lies outside of `reach`.
pub fn check_address(address: IpAddr, reach: Reach) -> Result<(), Refusal> {
    let allowed = match address {
        IpAddr::V4(v4) => v4_allowed(v4, reach),
        IpAddr::V6(v6) => v6_allowed(v6, reach),
    };
    if allowed { Ok(()) } else { Err(Refusal::Address) }
}

fn v4_allowed(v4: Ipv4Addr, reach: Reach) -> bool {
    let [a, b, c, d] = v4.octets();
    match (a, b, c, d) {
        // "this network", multicast, reserved and broadcast
        (0 | 224..=255, ..)
        // link-local: the metadata services of most clouds
        | (169, 254, ..)
        // Alibaba Cloud's metadata service, inside the carrier-grade range
        | (100, 100, 100, 200)
        // Azure's host agent: a public number that is never public
        | (168, 63, 129, 16)
        // protocol assignments (Oracle's metadata service is 192.0.0.192), documentation, 6to4 relays
        | (192, 0, 0 | 2, _) | (192, 88, 99, _) | (198, 51, 100, _) | (203, 0, 113, _)
        // benchmarking
        | (198, 18 | 19, ..) => false,
        // this machine, private networks, carrier-grade NAT (also Tailscale)
        (10 | 127, ..) | (172, 16..=31, ..) | (192, 168, ..) | (100, 64..=127, ..) => {
            reach == Reach::AllowPrivate
        }
        _ => true,
    }
}

#[expect(
    clippy::many_single_char_names,
    clippy::unnested_or_patterns,
    reason = "one line a range reads best"
)]
fn v6_allowed(v6: Ipv6Addr, reach: Reach) -> bool {
    let s = v6.segments();
    let embedded = |high: u16, low: u16| {
        let [a, b] = high.to_be_bytes();
        let [c, d] = low.to_be_bytes();
        Ipv4Addr::new(a, b, c, d)
    };
    match s {
        // IPv4-mapped: the same address in other clothes
        [0, 0, 0, 0, 0, 0xffff, high, low] => v4_allowed(embedded(high, low), reach),
        [0, 0, 0, 0, 0, 0, 0, 1] => reach == Reach::AllowPrivate,
        // NAT64 and 6to4 lead to an IPv4 address elsewhere: only a public one
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => {
            v4_allowed(embedded(high, low), Reach::PublicOnly)
        }
        // unspecified, IPv4-compatible (long gone), and the rest of ::/16
        [0, ..]
        // Amazon's metadata service, inside the unique-local range
        | [0xfd00, 0xec2, ..]
        // Teredo, benchmarking and ORCHID
        | [0x2001, 0..=0x1ff, ..]
        // documentation
        | [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => false,
        // unique local
        [0xfc00..=0xfdff, ..] => reach == Reach::AllowPrivate,
        // Only 2000::/3 is handed out. Link-local, site-local and multicast lie outside.
        [first, ..] => (0x2000..=0x3fff).contains(&first) && !is_isatap(s),
    }
}

/// ISATAP writes an IPv4 address behind `0:5efe` or `200:5efe`.
fn is_isatap(s: [u16; 8]) -> bool {
    matches!(s[4], 0 | 0x200) && s[5] == 0x5efe
}

/// Ports of other protocols, where an HTTP request could be misread as commands.
fn is_blocked_port(port: u16) -> bool {
    const BLOCKED: &[u16] = &[
        1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103,
        104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513,
        514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720,
        1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6379, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697,
        10080,
    ];
    BLOCKED.binary_search(&port).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(text: &str, reach: Reach) -> Result<(), Refusal> {
        let uri: Uri = text.parse().map_err(|_| Refusal::Host)?;
        check_uri(&uri, reach)
    }

    #[test]
    fn public_addresses_are_reached_either_way() {
        for text in [
            "https://api.openai.com/v1",
            "https://api.groq.com:443/openai/v1",
            "http://8.8.8.8/",
            "http://example.com:8000",
            "http://100.63.255.255/",
            "http://172.32.0.1/",
            "http://[2606:4700:4700::1111]/",
            "http://[::ffff:8.8.8.8]/",
            "http://[64:ff9b::808:808]/",
            "http://[2002:808:808::1]/",
            "https://xn--bcher-kva.example/",
            "http://1password.com",
            "http://3com",
        ] {
            for reach in [Reach::PublicOnly, Reach::AllowPrivate] {
                assert_eq!(verdict(text, reach), Ok(()), "{text} {reach:?}");
            }
        }
    }

    #[test]
    fn private_addresses_need_permission() {
        for text in [
            "http://127.0.0.1:11434",
            "http://127.8.9.1",
            "http://10.1.2.3",
            "http://172.16.0.1",
            "http://172.31.255.255",
            "http://192.168.1.1",
            "http://100.64.0.1",
            "http://[::1]:1234",
            "http://[fd12:3456::1]",
            "http://[fc00::1]",
            "http://[::ffff:127.0.0.1]",
            "http://[::ffff:7f00:1]",
            "http://[0:0:0:0:0:ffff:c0a8:1]",
        ] {
            assert_eq!(verdict(text, Reach::PublicOnly), Err(Refusal::Address), "{text}");
            assert_eq!(verdict(text, Reach::AllowPrivate), Ok(()), "{text}");
        }
    }

    #[test]
    fn some_addresses_are_never_reached() {
        for text in [
            "http://169.254.169.254/latest/meta-data",
            "http://0.0.0.0",
            "http://0.1.2.3",
            "http://255.255.255.255",
            "http://224.0.0.1",
            "http://240.0.0.1",
            "http://100.100.100.200",
            "http://168.63.129.16",
            "http://192.0.0.192",
            "http://198.18.0.1",
            "http://203.0.113.9",
            "http://[::]",
            "http://[::127.0.0.1]",
            "http://[fe80::1]",
            "http://[fec0::1]",
            "http://[ff02::1]",
            "http://[fd00:ec2::254]",
            "http://[::ffff:169.254.169.254]",
            "http://[::ffff:0:127.0.0.1]",
            "http://[64:ff9b::7f00:1]",
            "http://[64:ff9b::a9fe:a9fe]",
            "http://[64:ff9b:1::7f00:1]",
            "http://[2002:7f00:1::]",
            "http://[2002:c0a8:101::1]",
            "http://[2001:0:4136:e378:8000:63bf:3fff:fdd2]",
            "http://[2001:db8::1]",
            "http://[2606:4700::5efe:7f00:1]",
            "http://[5f00::1]",
        ] {
            for reach in [Reach::PublicOnly, Reach::AllowPrivate] {
                assert_eq!(verdict(text, reach), Err(Refusal::Address), "{text} {reach:?}");
            }
        }
    }

    #[test]
    fn disguises_are_refused() {
        for (text, refusal) in [
            ("http://2130706433/", Refusal::Host),
            ("http://0x7f000001/", Refusal::Host),
            ("http://0x7f.1/", Refusal::Host),
            ("http://127.1/", Refusal::Host),
            ("http://0177.0.0.1/", Refusal::Host),
            ("http://127.0.0.1./", Refusal::Host),
            ("http://192.168.1/", Refusal::Host),
            ("http://a.0x/", Refusal::Host),
            ("http://[fe80::1%25eth0]/", Refusal::Host),
            ("http://user@example.com/", Refusal::UserInfo),
            ("http://user:pass@example.com/", Refusal::UserInfo),
            ("http://example.com@127.0.0.1/", Refusal::UserInfo),
            ("ftp://example.com/", Refusal::Scheme),
            ("file:///etc/passwd", Refusal::Scheme),
            ("gopher://127.0.0.1:70/", Refusal::Scheme),
            ("/only/a/path", Refusal::Scheme),
            ("http://example.com:22/", Refusal::Port),
            ("http://example.com:25/", Refusal::Port),
            ("http://127.0.0.1:6379/", Refusal::Port),
            ("http://example.com:0/", Refusal::Port),
            ("http://example.com:/", Refusal::Port),
        ] {
            for reach in [Reach::PublicOnly, Reach::AllowPrivate] {
                let got = verdict(text, reach);
                assert!(got.is_err(), "{text} was allowed");
                // Some are already refused by the parser of `http`; the reason is then "no valid host".
                if text.parse::<Uri>().is_ok() {
                    assert_eq!(got, Err(refusal), "{text}");
                }
            }
        }
    }

    #[test]
    fn blocked_ports_are_sorted() {
        // binary_search needs it
        assert!(is_blocked_port(1) && is_blocked_port(22) && is_blocked_port(10080) && is_blocked_port(6000));
        for port in [80, 443, 1234, 3000, 8000, 8080, 8443, 9000, 11434] {
            assert!(!is_blocked_port(port), "{port}");
        }
    }

    proptest::proptest! {
        /// Mapping an IPv4 address into IPv6 never changes the verdict.
        #[test]
        fn mapping_changes_nothing(bits: u32) {
            let v4 = Ipv4Addr::from(bits);
            for reach in [Reach::PublicOnly, Reach::AllowPrivate] {
                proptest::prop_assert_eq!(
                    check_address(IpAddr::V4(v4), reach),
                    check_address(IpAddr::V6(v4.to_ipv6_mapped()), reach)
                );
            }
        }

        /// What is public is also reachable with permission.
        #[test]
        fn permission_only_widens(bits: u128) {
            let v6 = IpAddr::V6(Ipv6Addr::from(bits));
            if check_address(v6, Reach::PublicOnly).is_ok() {
                proptest::prop_assert_eq!(check_address(v6, Reach::AllowPrivate), Ok(()));
            }
        }
    }
}
