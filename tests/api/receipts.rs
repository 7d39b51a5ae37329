//! Receipts, a thread's options and usage over the API.

use serde_json::json;

use crate::support::Desk;

#[test]
fn a_response_its_receipt_and_its_request_are_shown() {
    let desk = Desk::new();
    let response = desk.ask("memo", "Draft the outline");
    let id = response["id"].as_str().unwrap();
    assert_eq!(desk.get(&format!("/v1/model/response/{id}")), response);
    let receipt = desk.get(&format!("/v1/model/response/{id}/receipt"));
    assert_eq!(
        (&receipt["response"], &receipt["thread"], &receipt["cost"]),
        (&json!(id), &json!("memo"), &json!(null))
    );
    assert_eq!((&receipt["messages"]["sent"], &receipt["tokens"]["reported"]), (&json!(1), &response["usage"]));
    let reply = response["output"][0]["id"].as_str().unwrap();
    assert_eq!(desk.get(&format!("/v1/model/response/{reply}/receipt")), receipt);
    let request = desk.get(&format!("/v1/model/response/{id}/request"));
    assert_eq!(request["exact"], json!(null), "practice sends nothing");
    let missing = desk.call("GET", "/v1/model/response/resp_none/receipt", None);
    assert_eq!(missing.status, 404);
}

#[test]
fn options_are_set_and_usage_is_summed() {
    let desk = Desk::new();
    let response = desk.ask("memo", "Draft the outline");
    let options = json!({"policy": "refuse", "parameters": {"temperature": 0.5}});
    assert_eq!(desk.call("PUT", "/v1/threads/memo/options", Some(&options)).status, 200);
    assert_eq!(desk.get("/v1/threads/memo/options"), options);
    let wrong = json!({"policy": "oldest"});
    assert_eq!(desk.call("PUT", "/v1/threads/memo/options", Some(&wrong)).status, 400);
    let unknown = json!({"policies": 1});
    assert_eq!(desk.call("PUT", "/v1/threads/memo/options", Some(&unknown)).status, 400);
    let usage = desk.get("/v1/usage?by=thread");
    assert_eq!((&usage["data"][0]["key"], &usage["data"][0]["usage"]), (&json!("memo"), &response["usage"]));
    assert_eq!((&usage["total"]["costs"], &usage["total"]["unpriced"]), (&json!([]), &json!(1)));
    for (by, key) in [("model", json!("practice/practice")), ("client", json!(null))] {
        let usage = desk.get(&format!("/v1/usage?by={by}&thread=memo"));
        assert_eq!((&usage["data"][0]["key"], &usage["data"][0]["usage"]), (&key, &response["usage"]), "{usage}");
    }
    let month = desk.get("/v1/usage")["data"][0]["key"].clone();
    let this = desk.get(&format!("/v1/usage?month={}", month.as_str().unwrap()));
    assert_eq!(&this["total"]["usage"], &response["usage"]);
    assert_eq!(desk.get("/v1/usage?client=Acme")["data"], json!([]));
    assert_eq!(desk.call("GET", "/v1/usage?by=day", None).status, 400);
}
