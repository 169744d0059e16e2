-- What wrk sends, and how it tells what it saw: one line of JSON.
wrk.method = os.getenv("BENCH_METHOD")
wrk.body = os.getenv("BENCH_BODY")
wrk.headers["content-type"] = "application/json"
wrk.headers["x-api-key"] = os.getenv("BENCH_KEY")

function done(summary, latency)
    local errors = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.status
        + summary.errors.timeout
    print(string.format('{"requests":%d,"seconds":%f,"errors":%d,"p50_us":%f,"p99_us":%f}', summary.requests,
        summary.duration / 1e6, errors, latency:percentile(50), latency:percentile(99)))
end
