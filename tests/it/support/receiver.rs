//! A receiver of webhooks on this machine, which answers as it is told to.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver as Messages, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use serde_json::Value;

/// What a receiver does with a message.
#[derive(Clone, Debug)]
pub enum Reply {
    /// It answers this status, and nothing else.
    Status(u16),
    /// It sends on to another address.
    Redirect(String),
    /// It takes the message, and answers with so many bytes.
    Long(usize),
    /// It never answers.
    Stall,
}

/// A message as it came.
#[derive(Clone, Debug)]
pub struct Message {
    pub headers: HashMap<String, String>,
    pub body: String,
}

impl Message {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap_or_else(|| panic!("no {name} in {:?}", self.headers))
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    /// The number of the operation that it tells.
    pub fn seq(&self) -> i64 {
        self.json()["data"]["seq"].as_i64().unwrap_or_else(|| panic!("no number: {}", self.body))
    }
}

#[derive(Default)]
struct State {
    /// Answers that come before the usual one.
    first: Vec<Reply>,
    usual: Option<Reply>,
    /// Connections that are never answered.
    held: Vec<TcpStream>,
    is_over: bool,
}

/// A receiver, which goes when this is dropped.
pub struct Receiver {
    pub url: String,
    state: Arc<Mutex<State>>,
    messages: Messages<Message>,
    thread: Option<JoinHandle<()>>,
    port: u16,
}

impl Receiver {
    /// A receiver that gives one answer to everything.
    pub fn answering(reply: Reply) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let state = Arc::new(Mutex::new(State { usual: Some(reply), ..State::default() }));
        let (sender, messages) = channel();
        let shared = Arc::clone(&state);
        let thread = std::thread::spawn(move || listen(&listener, &shared, &sender));
        Self { url: format!("http://127.0.0.1:{port}/hook"), state, messages, thread: Some(thread), port }
    }

    /// A receiver that takes whatever comes.
    pub fn new() -> Self {
        Self::answering(Reply::Status(204))
    }

    /// Gives these answers first.
    pub fn first(self, replies: &[Reply]) -> Self {
        self.state.lock().expect("no panic").first = replies.iter().rev().cloned().collect();
        self
    }

    /// Answers otherwise from now on.
    pub fn reply(&self, reply: Reply) {
        self.state.lock().expect("no panic").usual = Some(reply);
    }

    /// Waits for the next message.
    pub fn next(&self) -> Message {
        self.messages.recv().expect("the receiver runs")
    }

    /// Waits for so many messages, and tells their operations.
    pub fn seqs(&self, count: usize) -> Vec<i64> {
        (0..count).map(|_| self.next().seq()).collect()
    }

    /// The messages that have come and that nobody waited for.
    pub fn rest(&self) -> Vec<Message> {
        self.messages.try_iter().collect()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        {
            let mut state = self.state.lock().expect("no panic");
            state.is_over = true;
            state.held.clear();
        }
        // So that it looks whether it is over.
        drop(TcpStream::connect(("127.0.0.1", self.port)));
        if let Some(thread) = self.thread.take() {
            thread.join().expect("the receiver ends well");
        }
    }
}

fn listen(listener: &TcpListener, state: &Arc<Mutex<State>>, messages: &Sender<Message>) {
    for stream in listener.incoming() {
        if state.lock().expect("no panic").is_over {
            return;
        }
        let (state, messages) = (Arc::clone(state), messages.clone());
        let stream = stream.expect("a connection");
        // One that breaks off concerns nobody.
        std::thread::spawn(move || drop(answer(stream, &state, &messages)));
    }
}

fn answer(stream: TcpStream, state: &Mutex<State>, messages: &Sender<Message>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut headers = HashMap::new();
    let mut line = String::new();
    while reader.read_line(&mut line)? > 2 {
        if let Some((name, value)) = line.split_once(':') {
            headers.insert(name.to_lowercase(), value.trim().to_owned());
        }
        line.clear();
    }
    let Some(length) = headers.get("content-length").and_then(|length| length.parse().ok()) else {
        return Ok(());
    };
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let body = String::from_utf8(body).expect("a body of text");
    let reply = {
        let mut state = state.lock().expect("no panic");
        // Before it is answered, so that whatever follows the answer finds it.
        let _ = messages.send(Message { headers, body });
        let reply = state.first.pop().or_else(|| state.usual.clone()).expect("an answer");
        if matches!(reply, Reply::Stall) && !state.is_over {
            state.held.push(stream.try_clone()?);
            // The one that is held is shut down when the receiver goes.
            return Ok(());
        }
        reply
    };
    let mut stream = stream;
    match reply {
        Reply::Status(status) => {
            write!(stream, "HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-length: 0\r\n\r\n")
        }
        Reply::Redirect(to) => {
            write!(stream, "HTTP/1.1 307 X\r\nlocation: {to}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n")
        }
        Reply::Long(bytes) => {
            write!(stream, "HTTP/1.1 200 X\r\nconnection: close\r\ncontent-length: {bytes}\r\n\r\n")?;
            stream.write_all(&vec![b'x'; bytes])
        }
        Reply::Stall => Ok(()),
    }
}
