-- For wrk: what `tlm apply` sends for agents that do not exist yet, a create and then a start of what was created, with
-- the same headers and bodies of the same size. One thread, since the names must be unique; a start may go over another
-- connection than its create, as with tlm.
local count = 0
local created = {} -- ids whose start was not sent yet
local first = 1
local last = 0
local headers = {
    ["User-Agent"] = "tlm/0.1.0",
    ["Accept"] = "application/json",
    ["Accept-Encoding"] = "gzip",
    ["Authorization"] = "Bearer " .. os.getenv("AGAMEMNON_API_KEY"),
}
local body = '{"name":"tlm-%016x-agent-%d","label":"agent-%d","program":"claude-code",' ..
    '"programArgs":["--model","claude-sonnet-4-5"],"workingDirectory":"/srv/work/%d",' ..
    '"taskDescription":"Telemachy-managed agent: agent-%d"}'

function request()
    count = count + 1
    headers["X-Request-Id"] = "5eed0000000000000000000000000000-" .. count
    if first <= last then
        local id = created[first]
        created[first] = nil
        first = first + 1
        headers["Content-Type"] = nil
        return wrk.format("POST", "/v1/agents/" .. id .. "/start", headers, "")
    end
    headers["Content-Type"] = "application/json"
    return wrk.format("POST", "/v1/agents", headers, body:format(count, count, count, count, count))
end

function response(status, _, text)
    if status ~= 201 then return end
    local id = text:match('"id":"([^"]+)"')
    if id then
        last = last + 1
        created[last] = id
    end
end

-- The server closes each connection after a hundred requests, which wrk counts as an error of reading and goes on from.
function done(summary)
    local faults = summary.errors
    io.write(("requests=%d microseconds=%d refused=%d\n"):format(
        summary.requests, summary.duration, faults.connect + faults.write + faults.status + faults.timeout))
end
