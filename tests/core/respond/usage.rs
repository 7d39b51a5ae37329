//! Usage: sums by month, client, model and thread; and that unknown is never 0.

use serde_json::json;
use skein_core::wire::{Cost, Price, ThreadChoice, Usage, UsageBy, UsageSum};
use skein_core::{Code, UsageFilter};
use skein_support::model_server::Reply;

use crate::chains::chained;
use crate::support::{World, refused, request};

fn price(input: &str, output: &str, currency: &str) -> Price {
    Price {
        endpoint: "scripted".into(),
        model: "scripted".into(),
        input: input.into(),
        output: output.into(),
        currency: currency.into(),
    }
}

fn told(input: u64, output: u64) -> Reply {
    let usage = json!({"choices": [], "usage": {"prompt_tokens": input, "completion_tokens": output,
        "total_tokens": input + output}});
    let chunk = json!({"choices": [{"delta": {"content": "yes"}, "finish_reason": "stop"}]});
    Reply::events(&[&chunk.to_string(), &usage.to_string(), "[DONE]"])
}

async fn ask(world: &World, thread: &str, client: &str, reply: Reply) -> String {
    world.server.queue(reply);
    let mut asked = request(thread, "hello");
    let metadata = json!({"client": client}).as_object().cloned();
    asked.thread = Some(ThreadChoice::Object { id: thread.into(), metadata });
    world.ask(asked).await.unwrap().done().await.id
}

#[tokio::test]
async fn a_reply_of_a_chain_says_what_it_cost_where_there_is_a_price() {
    let world = World::new();
    world.server.always(told(1_000_000, 500_000));
    let response = world.ask(chained(None, "hello")).await.unwrap().done().await;
    let costs =
        || world.skein.chain(&response.id).unwrap().messages.into_iter().map(|view| view.cost).collect::<Vec<_>>();
    assert_eq!(costs(), [None, None], "unknown is not 0");
    world.skein.set_price(&price("2", "8", "EUR")).unwrap();
    assert_eq!(costs(), [None, Some(Cost { amount: "6".into(), currency: "EUR".into() })]);
}

#[tokio::test]
async fn tokens_are_summed_by_thread_client_model_and_month() {
    let world = World::new();
    ask(&world, "a", "Acme", told(100, 10)).await;
    ask(&world, "a", "Acme", told(200, 20)).await;
    ask(&world, "b", "Beta", told(1_000, 1)).await;
    let silent = json!({"choices": [{"delta": {"content": "yes"}, "finish_reason": "stop"}]}).to_string();
    ask(&world, "b", "Beta", Reply::events(&[&silent, "[DONE]"])).await;

    let by = |by| world.skein.usage(&UsageFilter { by, ..UsageFilter::default() }).unwrap();
    let clients = by(UsageBy::Client);
    let rows: Vec<_> = clients
        .data
        .iter()
        .map(|row| (row.key.as_deref(), row.usage.unwrap().total_tokens, row.responses, row.untold))
        .collect();
    assert_eq!(rows, [(Some("Beta"), 1_001, 2, 1), (Some("Acme"), 330, 2, 0)]);
    let all = Usage { input_tokens: 1_300, output_tokens: 31, total_tokens: 1_331 };
    assert_eq!((clients.total.usage, clients.total.responses, clients.total.untold), (Some(all), 4, 1));
    assert_eq!(by(UsageBy::Model).data[0].key.as_deref(), Some("scripted/scripted"));
    assert_eq!(by(UsageBy::Thread).data[0].key.as_deref(), Some("b"));
    let months = by(UsageBy::Month);
    assert_eq!((months.data.len(), &months.total.usage), (1, &Some(all)));
    let month = months.data[0].key.clone().unwrap();
    let of = |filter: UsageFilter| world.skein.usage(&filter).unwrap().total;
    assert_eq!(of(UsageFilter { month: Some(month), ..UsageFilter::default() }).usage, Some(all));
    let long_ago = of(UsageFilter { month: Some("1999-12".into()), ..UsageFilter::default() });
    assert_eq!((long_ago.responses, long_ago.usage), (0, None));
    let acme = of(UsageFilter { client: Some("Acme".into()), by: UsageBy::Model, ..UsageFilter::default() });
    let thread = of(UsageFilter { thread: Some("a".into()), by: UsageBy::Model, ..UsageFilter::default() });
    assert_eq!((acme.usage, thread.usage.unwrap().total_tokens), (thread.usage, 330));
    let no_month = UsageFilter { month: Some("yesterday".into()), ..UsageFilter::default() };
    assert_eq!(refused(world.skein.usage(&no_month)), Code::InvalidRequest);
}

#[tokio::test]
async fn a_thread_knows_what_it_its_client_and_the_month_used() {
    let world = World::new();
    ask(&world, "a", "Acme", told(100, 10)).await;
    ask(&world, "b", "Acme", told(1_000, 1)).await;
    ask(&world, "c", "Beta", told(5, 5)).await;
    world.server.queue(told(7, 7));
    world.send("free", "hello").await;
    world.skein.set_price(&price("1000", "0", "CHF")).unwrap();
    let around = |thread| world.skein.usage_around(thread).unwrap();
    let used =
        |sum: &UsageSum| (sum.key.clone(), sum.usage.map(|usage| usage.total_tokens), sum.costs[0].amount.clone());
    let a = around("a");
    assert_eq!(used(&a.thread), (Some("a".into()), Some(110), "0.1".into()));
    assert_eq!(used(&a.client.unwrap()), (Some("Acme".into()), Some(1_111), "1.1".into()));
    let month = world.skein.usage(&UsageFilter::default()).unwrap().data[0].clone();
    assert_eq!((a.month.usage, &a.month), (month.usage, &month));
    let free = around("free");
    assert_eq!((free.client, used(&free.thread).1), (None, Some(14)));
    assert_eq!(free.month, month);
    assert_eq!(refused(world.skein.usage_around("none")), Code::ThreadNotFound);
    let reply = world.skein.open_thread("a", None).unwrap().messages.pop().unwrap();
    assert_eq!(reply.cost, Some(Cost { amount: "0.1".into(), currency: "CHF".into() }));
}

#[tokio::test]
async fn cost_is_known_only_where_there_is_a_price_and_a_count() {
    let world = World::new();
    let first = ask(&world, "a", "Acme", told(1_000_000, 500_000)).await;
    let silent = json!({"choices": [{"delta": {"content": "yes"}, "finish_reason": "stop"}]}).to_string();
    let untold = ask(&world, "a", "Acme", Reply::events(&[&silent, "[DONE]"])).await;
    let total = || world.skein.usage(&UsageFilter::default()).unwrap().total;
    assert_eq!((total().costs, total().unpriced), (vec![], 2), "unknown is not 0");
    assert_eq!(world.skein.receipt(&first).unwrap().cost, None);

    world.skein.set_price(&price("2.5", "10", "usd")).unwrap();
    let cost = Cost { amount: "7.5".into(), currency: "USD".into() };
    assert_eq!(world.skein.receipt(&first).unwrap().cost, Some(cost.clone()));
    assert_eq!(world.skein.receipt(&untold).unwrap().cost, None);
    assert_eq!((total().costs, total().unpriced, total().untold), (vec![cost], 1, 1));
    assert_eq!(world.skein.list_prices().unwrap(), [price("2.5", "10", "USD")]);
    for wrong in [price("", "1", "USD"), price("-1", "1", "USD"), price("1", "1e3", "USD"), price("1", "1", "Dollar")] {
        assert_eq!(refused(world.skein.set_price(&wrong)), Code::InvalidRequest, "{wrong:?}");
    }
    let nowhere = Price { endpoint: "none".into(), ..price("1", "1", "USD") };
    assert_eq!(refused(world.skein.set_price(&nowhere)), Code::EndpointNotFound);
    world.skein.delete_price("scripted", "scripted").unwrap();
    assert_eq!(total().costs, []);
}
