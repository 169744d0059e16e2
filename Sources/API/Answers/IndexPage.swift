/// The page at `/`: what this is, and where to read on. It holds nothing of the system's state and runs no script.
enum IndexPage {
    /// Nothing is loaded from anywhere. The page is constant, so a style in its text cannot be anyone else's.
    static let contentSecurityPolicy =
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

    static let html = """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>Postback</title>
        <style>
        :root { color-scheme: light dark; --ink: #1d2330; --soft: #5b6476; --paper: #fbfbf9; --card: #fff; --line: #e4e4de; --accent: #b4431f }
        @media (prefers-color-scheme: dark) {
          :root { --ink: #e9ebf0; --soft: #9aa3b5; --paper: #14171d; --card: #1c2028; --line: #2d333f; --accent: #ff8a5c }
        }
        * { box-sizing: border-box }
        body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.6 system-ui, sans-serif }
        main { max-width: 44rem; margin: 0 auto; padding: 4.5rem 1.5rem }
        h1 { font-size: 2.25rem; letter-spacing: -.02em; line-height: 1.2; margin: 0 }
        h1 span { color: var(--accent) }
        h2 { font-size: .8rem; letter-spacing: .08em; text-transform: uppercase; color: var(--soft); margin: 2.75rem 0 .75rem }
        p { margin: .9rem 0; max-width: 38rem }
        ul { list-style: none; margin: 0; padding: 0; background: var(--card); border: 1px solid var(--line); border-radius: .6rem }
        li { display: flex; flex-wrap: wrap; align-items: baseline; gap: .1rem 1rem; padding: .7rem 1rem; border-top: 1px solid var(--line) }
        li:first-child { border-top: 0 }
        li > :first-child { flex: 0 0 12.5rem }
        li > :last-child { color: var(--soft) }
        a { color: var(--accent); text-underline-offset: .2em }
        code { font: .9em ui-monospace, monospace; overflow-wrap: anywhere }
        pre { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: .8rem 1rem; overflow-x: auto }
        </style>
        </head>
        <body>
        <main>
        <h1>Postback<span>.</span></h1>
        <p>Makes PDFs as jobs, and tells the right receiver, signed, how each ended: again and again, until the receiver has
        taken it. Workers of other kinds take part with one entry on a Redis stream.</p>
        <h2>Read</h2>
        <ul>
        <li><a href="/openapi.yaml">openapi.yaml</a><span>the whole API, for people and generators</span></li>
        <li><a href="/metrics">metrics</a><span>numbers for Prometheus</span></li>
        <li><a href="/readyz">readyz</a><span>whether Redis, the ledger and the relay are there</span></li>
        <li><a href="/livez">livez</a><span>whether this process answers</span></li>
        <li><a href="/api/jobs/health">jobs/health</a><span>whether jobs are taken and worked on</span></li>
        </ul>
        <h2>Look</h2>
        <ul>
        <li><code>/api/jobs</code><span>what was submitted, and what became of it</span></li>
        <li><code>/api/queues</code><span>how many jobs wait, run and have ended</span></li>
        <li><code>/api/products</code><span>what can be made, and the data it takes</span></li>
        <li><code>/api/deliveries</code><span>what was sent, what came back, what waits</span></li>
        <li><code>/api/destinations</code><span>how each receiver stands</span></li>
        <li><code>/api/quarantine</code><span>events that could not be used, and why</span></li>
        </ul>
        <h2>Try a key</h2>
        <pre><code>curl $POSTBACK_URL/api/me -H "X-API-Key: $POSTBACK_API_KEY"</code></pre>
        <h2>Submit a job</h2>
        <pre><code>curl $POSTBACK_URL/api/jobs/pdf/submit -H "X-API-Key: $POSTBACK_API_KEY" \\
             -H "Content-Type: application/json" -d '{"product_id": "psikotes_v2", "code": "USER123"}'</code></pre>
        </main>
        </body>
        </html>

        """
}
