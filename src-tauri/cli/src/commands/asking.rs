//! Receipts, a thread's options, prompts, prices and usage.

use serde_json::json;
use skein_core::wire::{Cost, Page, Price, Prompt, PromptPatch, Receipt, ThreadOptions, Usage, UsageSum};
use skein_core::{Code, Skein, UsageFilter};

use crate::args::{OptionsArgs, PriceCommand, PromptCommand, UsageArgs};
use crate::failure::Failure;
use crate::output::{Output, one_line};

/// Shows what was sent for a response: the receipt, or the request itself.
pub fn receipt(skein: &Skein, id: &str, request: bool, output: &Output) -> Result<u8, Failure> {
    if request {
        let sent = skein.sent_request(id)?;
        output.value(&sent, |sent| {
            let exact = match sent.exact {
                Some(true) => "the very bytes that were sent",
                Some(false) => "NOT the bytes that were sent: the endpoint was set up otherwise then",
                None => "nothing was sent",
            };
            format!("{}\n{}", one_line(&sent.body), output.faint(&format!("{} {exact}", sent.sha256)))
        })?;
    } else {
        output.value(&skein.receipt(id)?, |receipt| receipt_words(receipt, output))?;
    }
    Ok(0)
}

fn receipt_words(receipt: &Receipt, output: &Output) -> String {
    let messages = &receipt.messages;
    let mut lines = Vec::new();
    let mut fact = |name: &str, value: String| {
        lines.push(format!("{} {}", output.faint(&format!("{name:<11}")), one_line(&value)));
    };
    fact("Response", receipt.response.clone());
    fact("Endpoint", format!("{} at {}", receipt.endpoint, receipt.origin));
    fact("Model", format!("{}, answered by {}", receipt.model_asked, receipt.model.as_deref().unwrap_or("nobody")));
    fact("Sent", format!("{} messages, {} left out", messages.sent, messages.left_out));
    fact("Parameters", json!(receipt.parameters).to_string());
    fact(
        "Tokens",
        format!(
            "{} counted by {}, room for {}",
            receipt.tokens.estimated, receipt.tokens.counted_by, receipt.tokens.budget
        ),
    );
    fact("Told", usage_words(receipt.tokens.reported));
    fact("Cost", receipt.cost.as_ref().map_or_else(|| "unknown".into(), cost_words));
    let unknown = || "never".to_owned();
    fact("Queued", receipt.times.queued.clone());
    fact("Connected", receipt.times.connected.clone().unwrap_or_else(unknown));
    fact("First byte", receipt.times.first_byte.clone().unwrap_or_else(unknown));
    fact("Last byte", receipt.times.last_byte.clone().unwrap_or_else(unknown));
    fact("Request id", receipt.request_id.clone().unwrap_or_else(|| "none".into()));
    fact(
        "Body",
        receipt.body_sha256.clone().map_or_else(|| "nothing was sent".into(), |hash| format!("SHA-256 {hash}")),
    );
    lines.join("\n")
}

fn usage_words(usage: Option<Usage>) -> String {
    let told = |usage: Usage| format!("{} in, {} out", usage.input_tokens, usage.output_tokens);
    usage.map_or_else(|| "unknown".into(), told)
}

fn cost_words(cost: &Cost) -> String {
    format!("{} {}", cost.amount, cost.currency)
}

/// Shows or sets how a thread asks its models.
pub fn options(skein: &Skein, args: &OptionsArgs, output: &Output) -> Result<u8, Failure> {
    let mut options = skein.thread_options(&args.thread)?;
    if args.policy.is_some() || args.parameters.is_some() {
        let before = options;
        options = ThreadOptions {
            policy: args.policy.map_or(before.policy, Into::into),
            parameters: args.parameters.clone().unwrap_or(before.parameters),
        };
        options = skein.set_thread_options(&args.thread, options)?;
    }
    output.value(&options, |options| {
        let policy = json!(options.policy);
        format!("{} {}", policy.as_str().unwrap_or_default(), json!(options.parameters))
    })?;
    Ok(0)
}

/// Sums usage.
pub fn usage(skein: &Skein, args: &UsageArgs, output: &Output) -> Result<u8, Failure> {
    let filter = UsageFilter {
        by: args.by.into(),
        thread: args.thread.clone(),
        client: args.client.clone(),
        month: args.month.clone(),
    };
    output.value(&skein.usage(&filter)?, |report| {
        let mut lines: Vec<String> =
            report.data.iter().map(|row| sum_words(row.key.as_deref().unwrap_or("(none)"), row)).collect();
        lines.push(output.strong(&sum_words("Together", &report.total)));
        lines.join("\n")
    })?;
    Ok(0)
}

fn sum_words(name: &str, sum: &UsageSum) -> String {
    let costs: Vec<String> = sum.costs.iter().map(cost_words).collect();
    let cost = if costs.is_empty() { "unknown".into() } else { costs.join(" + ") };
    format!(
        "{}  {} responses ({} untold)  tokens: {}  cost: {cost} ({} unknown)",
        one_line(name),
        sum.responses,
        sum.untold,
        usage_words(sum.usage),
        sum.unpriced
    )
}

/// Runs a command about prompts.
pub fn prompt(skein: &Skein, command: &PromptCommand, output: &Output) -> Result<u8, Failure> {
    match command {
        PromptCommand::List => output.value(&page(skein.list_prompts()?), |page| {
            page.data.iter().map(prompt_words).collect::<Vec<_>>().join("\n")
        })?,
        PromptCommand::Set { name, text, client } => {
            let clients = client.clone();
            let patch = PromptPatch { name: Some(name.clone()), text: text.clone(), clients };
            let set = match skein.change_prompt(name, &patch) {
                Err(error) if error.code() == Code::NotFound => skein.create_prompt(&patch),
                set => set,
            };
            output.value(&set?, prompt_words)?;
        }
        PromptCommand::Fill { name, values } => {
            let filled = skein.fill_prompt(name, &values.iter().cloned().collect())?;
            output.value(&filled, |filled| filled.text.clone())?;
        }
        PromptCommand::Remove { name } => {
            let prompt = skein.get_prompt(name)?;
            skein.delete_prompt(&prompt.id)?;
            let deleted = json!({"id": prompt.id, "object": "prompt", "deleted": true});
            output.value(&deleted, |_| format!("Removed {}.", one_line(name)))?;
        }
    }
    Ok(0)
}

fn prompt_words(prompt: &Prompt) -> String {
    format!("{}  {}", one_line(&prompt.name), one_line(&prompt.text))
}

/// Runs a command about prices.
pub fn price(skein: &Skein, command: &PriceCommand, output: &Output) -> Result<u8, Failure> {
    match command {
        PriceCommand::List => {}
        PriceCommand::Set { endpoint, model, input, output, currency } => skein.set_price(&Price {
            endpoint: endpoint.clone(),
            model: model.clone(),
            input: input.clone(),
            output: output.clone(),
            currency: currency.clone(),
        })?,
        PriceCommand::Remove { endpoint, model } => skein.delete_price(endpoint, model)?,
    }
    output.value(&page(skein.list_prices()?), |page| {
        let words = |price: &Price| {
            let name = one_line(&format!("{}/{}", price.endpoint, price.model));
            format!("{name}  {} in, {} out, {} a million", price.input, price.output, price.currency)
        };
        page.data.iter().map(words).collect::<Vec<_>>().join("\n")
    })?;
    Ok(0)
}

fn page<T>(data: Vec<T>) -> Page<T> {
    Page { object: "list".into(), data, first_id: None, last_id: None, has_more: false }
}
