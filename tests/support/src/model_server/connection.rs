//! One connection: reads requests, writes replies step by step, notices when the client goes.

use std::io;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

use super::reply::{Framing, Reply, Step};
use super::{Request, Shared};

pub(super) async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let listener = tokio::net::TcpListener::from_std(listener).unwrap();
    while let Ok((stream, _)) = listener.accept().await {
        shared.note(|seen| seen.connections += 1);
        tokio::spawn(serve(stream, shared.clone()));
    }
}

async fn serve(stream: TcpStream, shared: Arc<Shared>) {
    stream.set_nodelay(true).ok();
    let (read, mut write) = stream.into_split();
    let mut reader = Reader { read, kept: Vec::new(), shared: shared.clone() };
    while let Some(request) = reader.request().await {
        let reply = shared.answer(&request);
        let keep_alive = reply.keep_alive;
        tokio::select! {
            sent = send(&mut write, reply) => match sent {
                Ok(Sent::Whole) => shared.note(|seen| seen.finished += 1),
                Ok(Sent::Reset) => return write.forget(),
                Err(_) => return shared.note(|seen| seen.hung_up += 1),
            },
            () = reader.hung_up() => return shared.note(|seen| seen.hung_up += 1),
        }
        if !keep_alive {
            break;
        }
    }
    // Closing with unread bytes would reset the connection and take the reply with it.
    write.shutdown().await.ok();
    reader.hung_up().await;
}

enum Sent {
    Whole,
    Reset,
}

async fn send(write: &mut OwnedWriteHalf, reply: Reply) -> io::Result<Sent> {
    if let Some(gate) = &reply.before {
        gate.pass().await;
    }
    if let Some(head) = reply.head() {
        write.write_all(head.as_bytes()).await?;
    }
    for step in reply.steps {
        match step {
            Step::Send(bytes) => write.write_all(&framed(reply.framing, bytes)).await?,
            Step::Drip(bytes) => {
                for byte in bytes {
                    write.write_all(&framed(reply.framing, vec![byte])).await?;
                    tokio::task::yield_now().await;
                }
            }
            Step::Repeat(bytes, times) => {
                let bytes = framed(reply.framing, bytes);
                for _ in 0..times {
                    write.write_all(&bytes).await?;
                }
            }
            Step::Every(pause, bytes) => {
                let bytes = framed(reply.framing, bytes);
                loop {
                    tokio::time::sleep(pause).await;
                    write.write_all(&bytes).await?;
                }
            }
            Step::Pass(gate) => gate.pass().await,
            // Lets the reader take what was sent so far. No outcome depends on it.
            Step::Breathe => tokio::time::sleep(Duration::from_millis(1)).await,
            Step::Hold => std::future::pending().await,
            Step::Reset => {
                write.as_ref().set_zero_linger()?;
                return Ok(Sent::Reset);
            }
        }
    }
    if reply.framing == Framing::Chunked && reply.ends {
        write.write_all(b"0\r\n\r\n").await?;
    }
    Ok(Sent::Whole)
}

fn framed(framing: Framing, bytes: Vec<u8>) -> Vec<u8> {
    if framing != Framing::Chunked {
        return bytes;
    }
    let mut chunk = format!("{:x}\r\n", bytes.len()).into_bytes();
    chunk.extend(bytes);
    chunk.extend(b"\r\n");
    chunk
}

struct Reader {
    read: OwnedReadHalf,
    kept: Vec<u8>,
    shared: Arc<Shared>,
}

impl Reader {
    /// Reads more; false when the client has closed its side.
    async fn more(&mut self) -> bool {
        let count = self.read.read_buf(&mut self.kept).await.unwrap_or(0);
        self.shared.note(|seen| seen.bytes += count);
        count > 0
    }

    async fn hung_up(&mut self) {
        while self.more().await {}
    }

    async fn request(&mut self) -> Option<Request> {
        let head_end = loop {
            if let Some(at) = self.kept.windows(4).position(|w| w == b"\r\n\r\n") {
                break at + 4;
            }
            if !self.more().await {
                return None;
            }
        };
        let head: Vec<u8> = self.kept.drain(..head_end).collect();
        let mut request = parse_head(&String::from_utf8_lossy(&head))?;
        let length = request.header("content-length").and_then(|v| v.parse().ok()).unwrap_or(0);
        while self.kept.len() < length {
            if !self.more().await {
                return None;
            }
        }
        request.body = self.kept.drain(..length).collect();
        Some(request)
    }
}

fn parse_head(head: &str) -> Option<Request> {
    let mut lines = head.split("\r\n");
    let mut first = lines.next()?.split(' ');
    let (method, path) = (first.next()?.to_owned(), first.next()?.to_owned());
    let headers = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    Some(Request { method, path, headers, body: Vec::new() })
}
