//! Everything that goes wrong on the way or in mid-reply: each ends in its own error, with what
//! had arrived kept, within its time limit.

use std::time::Duration;

use serde_json::json;
use skein_core::endpoint::{CallEvent, Retry, Timeouts};
use skein_core::thread::limits;
use skein_support::model_server::{Gate, ModelServer, Reply, chat_chunk, closed_port};

use super::{PATIENT, Told, call_for, call_to, tell, tell_of, tell_of_events};

const SOON: Duration = Duration::from_millis(150);

fn retry(told: &Told) -> Retry {
    told.error.as_ref().expect("an error").retry()
}

fn content(text: &str) -> String {
    chat_chunk(&json!({"content": text}), None)
}

#[tokio::test]
async fn nobody_listens() {
    let told = tell(&call_to(&format!("http://{}/v1", closed_port()))).await;
    assert_eq!((told.code(), told.kind()), ("endpoint_unreachable", "refused"));
    assert_eq!(retry(&told), Retry::After(None));
    assert!(told.accepted.is_empty());
}

#[tokio::test]
async fn the_name_leads_nowhere() {
    let told = tell(&call_to("https://models.invalid/v1")).await;
    assert_eq!((told.code(), told.kind()), ("endpoint_unreachable", "dns"));
    assert!(told.words().contains("models.invalid"), "{}", told.words());
    assert_eq!(retry(&told), Retry::No);
}

#[tokio::test]
async fn the_connection_is_reset_before_the_first_byte() {
    let told = tell_of(Reply::reset()).await;
    assert_eq!((told.code(), told.kind()), ("endpoint_unreachable", "reset"));
    assert_eq!(retry(&told), Retry::After(None));
}

#[tokio::test]
async fn a_connection_that_never_stands() {
    // A full backlog takes no more connections: the system goes on trying for minutes.
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let mut waiting = Vec::new();
    while let Ok(stream) = tokio::time::timeout(SOON, tokio::net::TcpStream::connect(address)).await {
        waiting.push(stream.unwrap());
    }
    let mut call = call_to(&format!("http://{address}/v1"));
    call.timeouts = Timeouts { connect: SOON, ..PATIENT };
    let told = tell(&call).await;
    assert_eq!((told.code(), told.kind()), ("endpoint_timeout", "connect_timeout"));
    assert_eq!(retry(&told), Retry::No);
}

#[tokio::test]
async fn silence() {
    for (reply, kind, text) in [
        (Reply::silent(), "first_timeout", ""),
        (Reply::silent_after_headers(), "first_timeout", ""),
        (Reply::silent_after("one two"), "idle_timeout", "one two"),
    ] {
        let server = ModelServer::start();
        server.queue(reply);
        let mut call = call_for(&server);
        call.timeouts =
            if text.is_empty() { Timeouts { first: SOON, ..PATIENT } } else { Timeouts { idle: SOON, ..PATIENT } };
        let told = tell(&call).await;
        assert_eq!((told.code(), told.kind(), told.text.as_str()), ("endpoint_timeout", kind, text));
        assert_eq!(retry(&told), Retry::No);
        server.wait_until("the connection to be closed", |seen| seen.hung_up == 1).await;
    }
}

#[tokio::test]
async fn silence_in_the_body_of_an_error_hides_no_error() {
    let server = ModelServer::start();
    let mut call = call_for(&server);
    call.timeouts.idle = SOON;
    server.queue(Reply::recording(b"HTTP/1.1 500 Oops\r\nContent-Length: 100\r\n\r\n{\"err".to_vec()).then_silence());
    let told = tell(&call).await;
    assert_eq!((told.code(), told.kind()), ("endpoint_rejected", "status"));
    assert!(!told.words().contains("err\""), "half an answer is nothing to show: {}", told.words());
}

#[tokio::test]
async fn comments_are_signs_of_life() {
    let (server, gate) = (ModelServer::start(), Gate::new());
    server.queue(Reply::comments_then(5, &gate, "At last."));
    let mut call = call_for(&server);
    // Two comments in this time, so that five take longer than the limit and none is late.
    let limit = Duration::from_secs(2);
    call.timeouts = Timeouts { first: limit, ..PATIENT };
    let started = std::time::Instant::now();
    let (out, mut events) = tokio::sync::mpsc::channel(64);
    let running = tokio::spawn(async move { skein_core::endpoint::call(&call, out).await });
    let mut pace = tokio::time::interval(limit / 4);
    let mut alive = 0;
    while alive < 5 {
        pace.tick().await;
        gate.open(1);
        while events.recv().await.expect("the call goes on") != CallEvent::Alive {}
        alive += 1;
    }
    assert!(started.elapsed() >= limit, "the test must outlast the limit");
    let mut text = String::new();
    while let Some(event) = events.recv().await {
        if let CallEvent::Text(more) = event {
            text += &more;
        }
    }
    assert_eq!((running.await.unwrap(), text.as_str()), (Ok(()), "At last."));
}

#[tokio::test]
async fn cut_in_mid_stream() {
    for reply in [Reply::cut_after("one two"), Reply::reset_after("one two"), Reply::events(&[&content("one two")])] {
        let told = tell_of(reply).await;
        assert_eq!((told.code(), told.kind(), told.text.as_str()), ("endpoint_unreachable", "cut_off", "one two"));
        assert_eq!(retry(&told), Retry::No, "what has begun is not sent again");
        assert!(told.words().contains("kept"), "{}", told.words());
    }
}

#[tokio::test]
async fn an_error_in_mid_stream() {
    let object = r#"{"error":{"message":"The server is on fire","code":500}}"#;
    let string = r#"{"error":"The server is on fire"}"#;
    let vllm = r#"{"object":"error","message":"The server is on fire","code":500}"#;
    let detail = r#"{"detail":"The server is on fire"}"#;
    let named =
        format!("data: {}\n\nevent: error\ndata: {{\"message\":\"The server is on fire\"}}\n\n", content("one "));
    let line =
        format!("data: {}\n\nerror: {{\"code\":500,\"message\":\"The server is on fire\"}}\n\n", content("one "));
    let mut replies: Vec<Reply> = [object, string, vllm, detail].map(|e| Reply::events(&[&content("one "), e])).into();
    replies.extend([Reply::body(named), Reply::body(line)]);
    for reply in replies {
        let told = tell_of(reply).await;
        assert_eq!((told.code(), told.kind(), told.text.as_str()), ("endpoint_rejected", "status", "one "));
        assert!(told.words().contains("The server is on fire"), "{}", told.words());
        assert!(told.words().contains("kept"), "{}", told.words());
        assert_eq!(retry(&told), Retry::No);
    }
}

#[tokio::test]
async fn an_error_in_a_success_means_what_its_status_would() {
    let limited = r#"{"error":{"message":"Slow down","code":429}}"#;
    for reply in [Reply::events(&[limited]), Reply::status(200, "application/json", limited)] {
        let told = tell_of(reply).await;
        assert_eq!((told.code(), retry(&told)), ("endpoint_rate_limited", Retry::No));
    }
    let long = r#"{"error":{"message":"too long","code":"context_length_exceeded"}}"#;
    assert_eq!(tell_of_events(&[long]).await.code(), "context_too_long");
    let told = tell_of_events(&[&content("one"), &chat_chunk(&json!({}), Some("error"))]).await;
    assert_eq!((told.code(), told.text.as_str()), ("endpoint_rejected", "one"));
}

#[tokio::test]
async fn a_stream_without_end() {
    let server = ModelServer::start();
    server.queue(Reply::endless());
    let told = tell(&call_for(&server)).await;
    assert_eq!(
        (told.code(), told.kind(), told.text.len()),
        ("message_too_large", "reply_too_long", limits::MESSAGE_BYTES)
    );
    server.wait_until("the connection to be closed", |seen| seen.hung_up == 1).await;
}

#[tokio::test]
async fn a_stream_without_end_and_without_a_word() {
    let server = ModelServer::start();
    server.queue(Reply::endless_comments());
    let told = tell(&call_for(&server)).await;
    assert_eq!((told.code(), told.kind()), ("endpoint_rejected", "not_understood"));
    server.wait_until("the connection to be closed", |seen| seen.hung_up == 1).await;
}

#[tokio::test]
async fn a_line_of_a_gigabyte() {
    let server = ModelServer::start();
    server.queue(Reply::long_line(1 << 30));
    let told = tell(&call_for(&server)).await;
    assert_eq!((told.code(), told.kind()), ("endpoint_rejected", "not_understood"));
    server.wait_until("the connection to be closed", |seen| seen.hung_up == 1).await;
}

#[tokio::test]
async fn chunks_that_make_no_sense() {
    for odd in ["{\"choices\": [", "not JSON", "[]", "{\"choices\": 7}", "\u{0}"] {
        let told = tell_of_events(&[&content("one "), odd, &content("two"), "[DONE]"]).await;
        assert_eq!(
            (told.code(), told.kind(), told.text.as_str()),
            ("endpoint_rejected", "not_understood", "one "),
            "{odd}"
        );
    }
}

#[tokio::test]
async fn a_reply_without_a_word() {
    let stopped = chat_chunk(&json!({}), Some("stop"));
    let limited = chat_chunk(&json!({}), Some("length"));
    let withheld = chat_chunk(&json!({}), Some("content_filter"));
    let null = json!({"choices": [{"message": {"content": null}, "finish_reason": "stop"}]});
    for reply in [
        Reply::body(""),
        Reply::status(200, "application/json", ""),
        Reply::status(200, "application/json", "  \n"),
        Reply::events(&["[DONE]"]),
        Reply::events(&[&stopped, "[DONE]"]),
        Reply::events(&[&limited, "[DONE]"]),
        Reply::events(&[&withheld, "[DONE]"]),
        Reply::json(200, &null),
    ] {
        let told = tell_of(reply).await;
        assert_eq!((told.code(), told.kind(), told.text.as_str()), ("endpoint_rejected", "empty", ""));
    }
}

#[tokio::test]
async fn a_web_page_instead_of_a_reply() {
    let told = tell_of(Reply::status(200, "text/html", "\n<!doctype html><title>Open WebUI</title>")).await;
    assert_eq!((told.code(), told.kind()), ("endpoint_rejected", "not_understood"));
    assert!(told.words().contains("web page") && told.words().contains("/v1"), "{}", told.words());
}

#[tokio::test]
async fn an_answer_that_is_compressed() {
    let told = tell_of(Reply::text("text").header("Content-Encoding", "gzip")).await;
    assert_eq!((told.kind(), told.text.as_str()), ("not_understood", ""));
}

#[tokio::test]
async fn a_whole_answer_that_is_cut() {
    let told = tell_of(Reply::body(r#"{"choices":[{"message":{"content":"All at"#)).await;
    assert_eq!((told.code(), told.kind()), ("endpoint_unreachable", "cut_off"));
}

#[tokio::test]
async fn a_model_that_wants_a_tool() {
    let wish = json!({"tool_calls": [{"index": 0, "function": {"name": "search", "arguments": "{}"}}]});
    let told = tell_of_events(&[
        &content("Let me see."),
        &chat_chunk(&wish, None),
        &chat_chunk(&json!({}), Some("tool_calls")),
    ])
    .await;
    assert_eq!((told.code(), told.kind(), told.text.as_str()), ("endpoint_rejected", "wants_tool", "Let me see."));
}

#[tokio::test]
async fn a_listener_that_is_gone_stops_nothing() {
    let server = ModelServer::start();
    let (out, events) = tokio::sync::mpsc::channel(1);
    drop(events);
    assert_eq!(skein_core::endpoint::call(&call_for(&server), out).await, Ok(()));
    server.wait_until("the whole answer went out", |seen| seen.finished == 1).await;
}
