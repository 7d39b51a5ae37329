//! What replies say in each protocol: reasoning, refusals, limits, tools, texts that come whole.

use serde_json::json;
use skein_core::wire::Protocol::{AnthropicMessages, Freddy, OpenaiChat, OpenaiResponses};
use skein_core::wire::{FinishReason, Usage};
use skein_support::model_server::Reply;

use super::{answer, events};

#[tokio::test]
async fn reasoning_is_kept_apart() {
    let responses = events(
        OpenaiResponses,
        &[
            json!({"type": "response.reasoning_summary_part.added"}),
            json!({"type": "response.reasoning_summary_text.delta", "delta": "First."}),
            json!({"type": "response.reasoning_summary_part.added"}),
            json!({"type": "response.reasoning_summary_text.delta", "delta": "Then."}),
            json!({"type": "response.output_text.delta", "delta": "42"}),
            json!({"type": "response.completed", "response": {"usage": {"input_tokens": 3, "output_tokens": 4, "total_tokens": 7}}}),
        ],
    )
    .await;
    assert_eq!((responses.reasoning.as_str(), responses.text.as_str()), ("First.\n\nThen.", "42"));
    assert_eq!(responses.usage, Some(Usage { input_tokens: 3, output_tokens: 4, total_tokens: 7 }));
    let anthropic = events(
        AnthropicMessages,
        &[
            json!({"type": "message_start", "message": {"model": "claude", "usage": {"input_tokens": 5, "cache_read_input_tokens": 10}}}),
            json!({"type": "content_block_start", "content_block": {"type": "redacted_thinking", "data": "x"}}),
            json!({"type": "content_block_delta", "delta": {"type": "thinking_delta", "thinking": "First."}}),
            json!({"type": "content_block_delta", "delta": {"type": "signature_delta", "signature": "x"}}),
            json!({"type": "content_block_delta", "delta": {"type": "text_delta", "text": "42"}}),
            json!({"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 9}}),
            json!({"type": "message_stop"}),
        ],
    )
    .await;
    assert_eq!((anthropic.reasoning.as_str(), anthropic.text.as_str()), ("First.", "42"));
    assert_eq!(anthropic.usage, Some(Usage { input_tokens: 15, output_tokens: 9, total_tokens: 24 }));
    let freddy = events(
        Freddy,
        &[
            json!({"event": "response.reasoning_delta", "delta": "First."}),
            json!({"event": "response.content_delta", "delta": "42"}),
            json!({"event": "response.completed"}),
        ],
    )
    .await;
    assert_eq!((freddy.reasoning.as_str(), freddy.text.as_str()), ("First.", "42"));
}

#[tokio::test]
async fn tokens_that_were_not_counted_to_the_end_are_unknown() {
    let start = json!({"type": "message_start", "message": {"usage": {"input_tokens": 5, "output_tokens": 1}}});
    let text = json!({"type": "content_block_delta", "delta": {"type": "text_delta", "text": "word ".repeat(3_000)}});
    let cut = events(AnthropicMessages, &[start.clone(), text.clone()]).await;
    assert_eq!((cut.kind(), cut.usage), ("cut_off", None));
    let stop = json!({"type": "message_stop"});
    for (told, expected) in [
        (json!({"output_tokens": 3_000}), Some(Usage { input_tokens: 5, output_tokens: 3_000, total_tokens: 3_005 })),
        (json!({"input_tokens": 5}), None),
        (json!(null), None),
    ] {
        let delta = json!({"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": told});
        let whole = events(AnthropicMessages, &[start.clone(), text.clone(), delta, stop.clone()]).await;
        assert_eq!((whole.kind(), whole.usage), ("none", expected), "{told}");
    }
    for (protocol, end) in [
        (OpenaiResponses, json!({"type": "response.completed", "response": {"usage": {"input_tokens": 5}}})),
        (Freddy, json!({"event": "response.completed", "usage": {"input_tokens": 5, "total_tokens": 9}})),
    ] {
        let said = json!({"type": "response.output_text.delta", "delta": "42"});
        let told = events(protocol, &[said, end]).await;
        assert_eq!((told.kind(), told.usage), ("none", None), "{protocol:?}");
    }
}

#[tokio::test]
async fn a_refusal_is_shown_as_one() {
    let said = "I cannot help with that.";
    for told in [
        events(OpenaiChat, &[json!({"choices": [{"delta": {"refusal": said}, "finish_reason": "stop"}]})]).await,
        events(
            OpenaiResponses,
            &[
                json!({"type": "response.refusal.delta", "delta": said}),
                json!({"type": "response.refusal.done", "refusal": said}),
                json!({"type": "response.completed", "response": {"status": "completed"}}),
            ],
        )
        .await,
        answer(
            OpenaiResponses,
            Reply::json(200, &json!({"status": "completed", "output": [{"type": "message", "content": [{"type": "refusal", "refusal": said}]}]})),
        )
        .await,
        events(
            AnthropicMessages,
            &[
                json!({"type": "content_block_delta", "delta": {"type": "text_delta", "text": said}}),
                json!({"type": "message_delta", "delta": {"stop_reason": "refusal"}}),
                json!({"type": "message_stop"}),
            ],
        )
        .await,
    ] {
        assert_eq!((told.text.as_str(), told.finish.as_slice(), &told.error), (said, &[FinishReason::Refusal][..], &None));
    }
}

#[tokio::test]
async fn a_reply_that_met_a_limit_or_a_filter_says_so() {
    let text = json!({"type": "response.output_text.delta", "delta": "so far"});
    for (reason, finish) in
        [("max_output_tokens", FinishReason::Length), ("content_filter", FinishReason::ContentFilter)]
    {
        let end = json!({"type": "response.incomplete", "response": {"status": "incomplete", "incomplete_details": {"reason": reason}}});
        let told = events(OpenaiResponses, &[text.clone(), end]).await;
        assert_eq!((told.text.as_str(), told.finish.as_slice(), &told.error), ("so far", &[finish][..], &None));
    }
    for (reason, finish) in
        [("max_tokens", FinishReason::Length), ("model_context_window_exceeded", FinishReason::Length)]
    {
        let body = json!({"type": "message", "content": [{"type": "text", "text": "so far"}], "stop_reason": reason});
        let told = answer(AnthropicMessages, Reply::json(200, &body)).await;
        assert_eq!((told.text.as_str(), told.finish.as_slice()), ("so far", &[finish][..]));
    }
    let paused =
        json!({"type": "message", "content": [{"type": "text", "text": "so far"}], "stop_reason": "pause_turn"});
    let told = answer(AnthropicMessages, Reply::json(200, &paused)).await;
    assert_eq!((told.text.as_str(), told.finish.len(), told.error), ("so far", 0, None), "paused is not whole");
}

#[tokio::test]
async fn a_wish_for_a_tool_ends_in_a_note() {
    for told in [
        events(
            OpenaiChat,
            &[json!({"choices": [{"delta": {"tool_calls": [{"function": {"name": "f"}}]}, "finish_reason": "stop"}]})],
        )
        .await,
        events(
            OpenaiResponses,
            &[
                json!({"type": "response.output_item.added", "item": {"type": "function_call", "name": "f"}}),
                json!({"type": "response.function_call_arguments.delta", "delta": "{}"}),
                json!({"type": "response.completed", "response": {"status": "completed"}}),
            ],
        )
        .await,
        answer(
            OpenaiResponses,
            Reply::json(200, &json!({"status": "completed", "output": [{"type": "function_call", "name": "f"}]})),
        )
        .await,
        events(
            AnthropicMessages,
            &[
                json!({"type": "content_block_start", "content_block": {"type": "tool_use", "name": "f", "input": {}}}),
                json!({"type": "message_delta", "delta": {"stop_reason": "tool_use"}}),
                json!({"type": "message_stop"}),
            ],
        )
        .await,
    ] {
        assert_eq!((told.code(), told.kind(), told.finish.len()), ("endpoint_rejected", "wants_tool", 0), "{told:?}");
        assert!(told.words().contains("tool"), "{}", told.words());
    }
}

#[tokio::test]
async fn texts_that_come_whole_behind_their_pieces_are_nothing_new() {
    let told = events(
        OpenaiResponses,
        &[
            json!({"type": "response.content_part.added"}),
            json!({"type": "response.output_text.delta", "delta": "ha", "sequence_number": 3}),
            json!({"type": "response.output_text.delta", "delta": "ha", "sequence_number": 3}),
            json!({"type": "response.output_text.delta", "delta": "ha", "sequence_number": 4}),
            json!({"type": "response.output_text.done", "text": "haha"}),
            json!({"type": "response.completed", "response": {"output": [{"type": "message", "content": [{"type": "output_text", "text": "haha"}]}]}}),
        ],
    )
    .await;
    assert_eq!((told.text.as_str(), told.error), ("haha", None));
    let whole = [
        json!({"type": "response.output_text.done", "text": "all at once"}),
        json!({"type": "response.completed", "response": {}}),
    ];
    assert_eq!(events(OpenaiResponses, &whole).await.text, "all at once");
    let last = [
        json!({"type": "response.completed", "response": {"output": [{"type": "message", "content": [{"type": "output_text", "text": "all at once"}]}]}}),
    ];
    assert_eq!(events(OpenaiResponses, &last).await.text, "all at once");
}

#[tokio::test]
async fn both_spellings_of_freddy_and_its_plain_answers_are_read() {
    let named = "event: response.created\ndata: {\"id\": \"r\"}\n\nevent: response.output_text.delta\ndata: {\"index\":0,\"delta\":\"Hello\"}\n\n\
                 event: response.output_text.done\ndata: {\"text\": \"Hello\"}\n\nevent: response.completed\ndata: {\"status\":\"completed\"}\n\ndata: [DONE]\n\n";
    let told = answer(Freddy, Reply::body(named)).await;
    assert_eq!((told.text.as_str(), told.finish.len(), told.error), ("Hello", 1, None));
    let failed = "event: response.output_text.delta\ndata: {\"delta\":\"Hel\"}\n\nevent: response.failed\ndata: {\"status\":\"failed\",\"error\":{\"message\":\"Rate limit exceeded\",\"code\":\"rate_limit\"}}\n\n";
    let told = answer(Freddy, Reply::body(failed)).await;
    assert_eq!((told.text.as_str(), told.code()), ("Hel", "endpoint_rejected"));
    assert!(told.words().contains("Rate limit exceeded"), "{}", told.words());
    let usage = json!({"input_tokens": 12, "output_tokens": 45, "total_tokens": 57});
    for body in [
        json!({"model": "m", "output": [{"role": "assistant", "content": [{"type": "output_text", "text": "Hello"}]}], "usage": usage}),
        json!({"choices": [{"message": {"role": "assistant", "content": "Hello"}, "finishReason": "stop"}], "usage": usage}),
        json!({"response": {"output": [{"content": "Hello"}], "usage": usage}}),
    ] {
        let told = answer(Freddy, Reply::json(200, &body)).await;
        assert_eq!((told.text.as_str(), told.error, told.finish.len()), ("Hello", None, 1), "{body}");
        assert_eq!(told.usage.map(|usage| usage.total_tokens), Some(57), "{body}");
    }
}

/// A text of three megabytes comes in pieces, and then whole, four times over, as these servers do.
#[tokio::test]
async fn a_long_text_that_comes_whole_at_the_end_is_complete() {
    let piece = format!("{}\"\n", "word ".repeat(200));
    let text = piece.repeat(3 * 1024 * 1024 / piece.len());
    let part = json!({"type": "output_text", "text": text});
    let item = json!({"type": "message", "role": "assistant", "content": [part]});
    let usage = json!({"input_tokens": 3, "output_tokens": 4, "total_tokens": 7});
    let deltas = text.split_inclusive('\n').collect::<Vec<_>>();
    let mut stream: Vec<_> =
        deltas.chunks(64).map(|lines| json!({"type": "response.output_text.delta", "delta": lines.concat()})).collect();
    stream.extend([
        json!({"type": "response.output_text.done", "text": text}),
        json!({"type": "response.content_part.done", "part": part}),
        json!({"type": "response.output_item.done", "item": item}),
        json!({"type": "response.completed", "response": {"status": "completed", "output": [item], "usage": usage}}),
    ]);
    for protocol in [OpenaiResponses, Freddy] {
        let told = events(protocol, &stream).await;
        assert!(told.text == text, "{protocol:?}: {} bytes of {}", told.text.len(), text.len());
        assert_eq!((told.finish.as_slice(), &told.error), (&[FinishReason::Stop][..], &None), "{protocol:?}");
        assert_eq!(told.usage.map(|usage| usage.total_tokens), Some(7), "{protocol:?}");
    }
}

#[tokio::test]
async fn an_end_beyond_every_bound_keeps_the_text_and_completes_nothing() {
    let delta = json!({"type": "response.output_text.delta", "delta": "so far"});
    let end = json!({"type": "response.completed", "response": {"status": "completed", "x": "x".repeat(17 << 20)}});
    let told = events(OpenaiResponses, &[delta, end]).await;
    assert_eq!((told.text.as_str(), told.kind(), told.finish.len()), ("so far", "not_understood", 0));
}
