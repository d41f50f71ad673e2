//! How much memory open streams of changes take: opens many of a running server, of which every second one reads nothing, has
//! the server write, and tells what its process holds before and behind.
//!
//! `cargo run --example streams -- BASE PID KEY [STREAMS] [EVENTS]`, with a key that may write.
#![allow(clippy::expect_used, clippy::panic, reason = "a program for measuring, which ends where something is wrong")]

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// Streams that are open at once, and events that are written then, unless given.
const STREAMS: usize = 2_000;
const EVENTS: usize = 200;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let mut next = |what| arguments.next().unwrap_or_else(|| panic!("{what} is missing"));
    let (base, pid, key) = (next("BASE"), next("PID"), next("KEY"));
    let mut number = |unless| arguments.next().map_or(unless, |text| text.parse().expect("a number"));
    let (streams, events) = (number(STREAMS), number(EVENTS));
    let address = base.trim_start_matches("http://").to_owned();
    let before = held(&pid);
    let mut open: Vec<TcpStream> = (0..streams).map(|_| follow(&address)).collect();
    let opened = held(&pid);
    println!("{streams} streams: {before} KiB before, {opened} KiB when all are open");
    let begun = Instant::now();
    for number in 0..events {
        write(&address, &key, number);
    }
    let written = begun.elapsed();
    let (behind, mut told) = (Instant::now(), 0);
    // Every second one takes what it is given; the others let it lie.
    for stream in open.iter_mut().step_by(2) {
        told += usize::from(reads_to(stream, &format!("Measured {}", events - 1)));
    }
    println!(
        "{events} events were written in {written:.1?}; {told} streams had all of them {:.1?} later",
        behind.elapsed()
    );
    println!("{} KiB behind that, {} KiB at most", held(&pid), most_held(&pid));
}

fn follow(address: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).expect("the server listens");
    stream.set_read_timeout(Some(Duration::from_mins(1))).expect("a timeout");
    write!(stream, "GET /v1/changes/stream?after=0 HTTP/1.1\r\nHost: {address}\r\n\r\n").expect("the server reads");
    let mut first = [0; 16];
    stream.read_exact(&mut first).expect("an answer");
    stream
}

fn write(address: &str, key: &str, number: usize) {
    let summary = "What was seen there. ".repeat(90);
    let body = format!(
        r#"{{"type":"rally","title":"Measured {number}","summary":"{summary}","sources":[{{"id":"parriva-2026-01-31"}}]}}"#
    );
    let mut stream = TcpStream::connect(address).expect("the server listens");
    let length = body.len();
    write!(
        stream,
        "POST /v1/events HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {key}\r\nConnection: close\r\n\
        Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    )
    .expect("the server reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
}

/// Reads until some text has come.
fn reads_to(stream: &mut TcpStream, text: &str) -> bool {
    let (mut seen, mut piece) = (Vec::new(), vec![0; 1 << 16]);
    loop {
        let length = stream.read(&mut piece).expect("more of it");
        seen.extend_from_slice(&piece[..length]);
        if seen.windows(text.len()).any(|window| window == text.as_bytes()) {
            return true;
        }
        let kept = seen.len().saturating_sub(text.len());
        seen.drain(..kept);
        if length == 0 {
            return false;
        }
    }
}

fn held(pid: &str) -> u64 {
    status(pid, "VmRSS:")
}

fn most_held(pid: &str) -> u64 {
    status(pid, "VmHWM:")
}

fn status(pid: &str, name: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("the server runs");
    let line = status.lines().find_map(|line| line.strip_prefix(name)).expect("a line");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}
