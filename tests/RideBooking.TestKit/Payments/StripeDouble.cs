using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace RideBooking.TestKit.Payments;

/// <summary>A call of the double, before it is answered.</summary>
/// <param name="Operation">The operation, such as <c>confirm</c>.</param>
/// <param name="IdempotencyKey">The idempotency key, if any.</param>
/// <param name="Number">The number of the call, from 1.</param>
public sealed record StripeCall(string Operation, string? IdempotencyKey, int Number);

/// <summary>What goes wrong with a call.</summary>
public enum StripeFault
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The connection breaks before anything is done.</summary>
    ResetBefore,

    /// <summary>It is done, and the connection breaks before the answer.</summary>
    ResetAfter,

    /// <summary>It is done, and the answer never comes.</summary>
    HangAfter,

    /// <summary>Nothing is done. The answer 500 is saved under the idempotency key, as Stripe does.</summary>
    ErrorBefore,

    /// <summary>It is done. The answer 500 is saved under the idempotency key, as Stripe does.</summary>
    ErrorAfter,

    /// <summary>Nothing is done: too many requests.</summary>
    RateLimited,
}

/// <summary>Money that was taken.</summary>
/// <param name="Ride">The ride in the intent's metadata.</param>
/// <param name="Intent">The payment intent.</param>
/// <param name="Amount">The amount, in the smallest unit.</param>
/// <param name="Currency">The currency, lower case.</param>
/// <param name="Card">The payment method's name or id.</param>
public sealed record StripeCapture(string? Ride, string Intent, long Amount, string Currency, string Card);

/// <summary>Money that was returned.</summary>
/// <param name="Key">Our key in the refund's metadata.</param>
/// <param name="Intent">The payment intent.</param>
/// <param name="Amount">The amount, in the smallest unit.</param>
public sealed record StripeRefund(string? Key, string Intent, long Amount);

/// <summary>
/// A local server that answers like Stripe where the gateway uses it: payment intents, refunds, customers and payment methods,
/// with idempotency keys, declines and signed webhooks.
/// </summary>
/// <remarks>
/// It follows https://docs.stripe.com: api/payment_intents, api/refunds, api/idempotent_requests, error-codes, testing and
/// webhooks/signature, for the API version 2026-10-28. It does not use Stripe's SDK, so the gateway and the double cannot share an
/// error. What Stripe does not document (which errors it saves under a key) follows its words: whatever comes after the
/// execution began.
/// </remarks>
public sealed class StripeDouble : IAsyncDisposable
{
    /// <summary>The only API key that the double accepts.</summary>
    public const string ApiKey = "sk_test_51Double";

    /// <summary>The secret with which webhooks are signed.</summary>
    public const string WebhookSecret = "whsec_double";

    static readonly TimeSpan s_authorizationLifetime = TimeSpan.FromDays(7);

    readonly WebApplication _app;
    readonly Lock _lock = new();
    readonly Dictionary<string, JsonObject> _intents = [];
    readonly Dictionary<string, JsonObject> _methods = [];
    readonly Dictionary<string, JsonObject> _refunds = [];
    readonly HashSet<string> _customers = [];
    readonly ConcurrentDictionary<string, SavedAnswer> _keys = new();
    readonly List<StripeCapture> _captures = [];
    readonly List<StripeRefund> _returned = [];
    readonly List<(string Type, string Body)> _events = [];
    readonly List<StripeCall> _calls = [];
    int _ids;

    StripeDouble(WebApplication app) => _app = app;

    /// <summary>The double's time. Replaced by that of a lab, which starts later.</summary>
    public TimeProvider Clock { get; set; } = TimeProvider.System;

    /// <summary>Where the double listens.</summary>
    public string Address { get; private set; } = "";

    /// <summary>Decides what goes wrong with each call.</summary>
    public Func<StripeCall, StripeFault> Faults { get; set; } = _ => StripeFault.None;

    /// <summary>Waits between the start of a call, when its key is taken, and its execution.</summary>
    public Func<StripeCall, Task> Hold { get; set; } = _ => Task.CompletedTask;

    /// <summary>All calls, in order.</summary>
    public IReadOnlyList<StripeCall> Calls => Locked(() => _calls.ToArray());

    /// <summary>The ledger: what was taken.</summary>
    public IReadOnlyList<StripeCapture> Captures => Locked(() => _captures.ToArray());

    /// <summary>What was returned.</summary>
    public IReadOnlyList<StripeRefund> Returned => Locked(() => _returned.ToArray());

    /// <summary>The events that Stripe would have sent, in order.</summary>
    public IReadOnlyList<(string Type, string Body)> Events => Locked(() => _events.ToArray());

    /// <summary>The number of cards that are attached to customers.</summary>
    public int SavedCards => Locked(() => _methods.Values.Count(method => method["customer"] is not null));

    /// <summary>The states of the payment intents of a ride.</summary>
    public IReadOnlyList<string> States(string ride) =>
        Locked(() =>
            _intents
                .Values.Where(intent => (string?)intent["metadata"]!["ride_id"] == ride)
                .Select(intent => (string)intent["status"]!)
                .ToArray()
        );

    /// <summary>Forgets the idempotency keys, as Stripe does after a day.</summary>
    public void ForgetKeys() => _keys.Clear();

    /// <summary>Signs a webhook's body, for the header <c>Stripe-Signature</c>.</summary>
    public string Sign(string body, DateTimeOffset? at = null, string secret = WebhookSecret)
    {
        var time = (at ?? Clock.GetUtcNow()).ToUnixTimeSeconds();
        var hash = HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes($"{time}.{body}"));
        return $"t={time},v1={Convert.ToHexStringLower(hash)}";
    }

    /// <summary>Fails a refund that had succeeded, as the bank may do days later.</summary>
    public void FailRefund(string key) =>
        Locked(() =>
        {
            var refund = _refunds.Values.Single(refund => (string?)refund["metadata"]!["ridebooking_key"] == key);
            refund["status"] = "failed";
            refund["failure_reason"] = "lost_or_stolen_card";
            Emit("refund.failed", refund);
            return 0;
        });

    /// <summary>Disputes a payment.</summary>
    public void Dispute(string intent) =>
        Locked(() =>
        {
            Emit(
                "charge.dispute.created",
                new JsonObject
                {
                    ["id"] = Id("du"),
                    ["object"] = "dispute",
                    ["payment_intent"] = intent,
                    ["reason"] = "fraudulent",
                }
            );
            return 0;
        });

    /// <summary>Starts the double on a free port.</summary>
    public static async Task<StripeDouble> Start()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var stripe = new StripeDouble(app);
        app.Run(stripe.Answer);
        await app.StartAsync();
        stripe.Address = app
            .Services.GetRequiredService<IServer>()
            .Features.Get<IServerAddressesFeature>()!
            .Addresses.Single();
        return stripe;
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.Zero);
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    async Task Answer(HttpContext http)
    {
        var request = http.Request;
        var body = await new StreamReader(request.Body).ReadToEndAsync();
        var path = request.Path.Value!.Trim('/').Split('/');
        var key = request.Headers["Idempotency-Key"] is [{ } text] ? text : null;
        var operation = Operation(request.Method, path);
        var call = Locked(() =>
        {
            _calls.Add(new StripeCall(operation, key, _calls.Count + 1));
            return _calls[^1];
        });
        if (request.Headers.Authorization.ToString() != $"Bearer {ApiKey}")
        {
            await Write(http, Error(401, "invalid_request_error", null, "Invalid API Key provided: sk_test_****"));
            return;
        }
        var fault = Faults(call);
        if (fault == StripeFault.ResetBefore)
        {
            http.Abort();
            return;
        }
        if (fault == StripeFault.RateLimited)
        {
            await Write(http, Error(429, "invalid_request_error", "rate_limit", "Too many requests"));
            return;
        }

        var (answer, replayed) = await Once(call, $"{request.Path}?{body}", fault, () => Execute(path, request, body));
        if (fault == StripeFault.HangAfter)
            await Task.Delay(Timeout.Infinite, http.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        if (fault is StripeFault.ResetAfter or StripeFault.HangAfter)
            http.Abort();
        else
            await Write(http, answer, replayed);
    }

    /// <summary>Executes a call once per idempotency key.</summary>
    async Task<(Reply Answer, bool Replayed)> Once(
        StripeCall call,
        string parameters,
        StripeFault fault,
        Func<Reply> execute
    )
    {
        if (call.IdempotencyKey is not { } key)
            return (Run(), false);
        var mine = new SavedAnswer(parameters);
        var saved = _keys.GetOrAdd(key, mine);
        if (saved != mine)
            return saved.Parameters != parameters
                    ? (Error(400, "idempotency_error", null, "Keys can only be used with the same parameters"), false)
                : saved.Answer is { } before ? (before, true)
                : (
                    Error(409, "idempotency_error", "idempotency_key_in_use", "There is currently another request"),
                    false
                );
        await Hold(call);
        var answer = Run();
        if (answer.IsSaved)
            mine.Answer = answer;
        else
            _keys.TryRemove(key, out _);
        return (answer, false);

        Reply Run() =>
            fault switch
            {
                StripeFault.ErrorBefore => ServerError(),
                StripeFault.ErrorAfter when Locked(execute) is not null => ServerError(),
                _ => Locked(execute),
            };
    }

    static Reply ServerError() => Error(500, "api_error", null, "An unknown error occurred");

    static string Operation(string method, string[] path) =>
        (method, path) switch
        {
            ("POST", ["v1", "payment_intents"]) => "create",
            ("POST", ["v1", "payment_intents", _, var action]) => action,
            ("GET", ["v1", "payment_intents", _]) => "get",
            ("POST", ["v1", "refunds"]) => "refund",
            ("GET", ["v1", "refunds"]) => "list_refunds",
            ("POST", ["v1", "customers"]) => "customer",
            ("POST", ["v1", "payment_methods", _, "attach"]) => "attach",
            ("POST", ["v1", "payment_methods", _, "detach"]) => "detach",
            _ => "unknown",
        };

    Reply Execute(string[] path, HttpRequest request, string body)
    {
        var form = Form(body);
        return (Operation(request.Method, path), path) switch
        {
            ("create", _) => Create(form),
            ("get", [.., var id]) => WithIntent(id, Reply.Of),
            ("confirm", [_, _, var id, _]) => WithIntent(id, intent => Confirm(intent, form)),
            ("capture", [_, _, var id, _]) => WithIntent(id, intent => Capture(intent, form)),
            ("cancel", [_, _, var id, _]) => WithIntent(id, Cancel),
            ("refund", _) => Refund(form),
            ("list_refunds", _) => Reply.Of(
                new JsonObject
                {
                    ["object"] = "list",
                    ["has_more"] = false,
                    ["data"] = new JsonArray([
                        .. _refunds
                            .Values.Where(refund =>
                                (string?)refund["payment_intent"] == request.Query["payment_intent"].ToString()
                            )
                            .Reverse()
                            .Select(refund => refund.DeepClone()),
                    ]),
                }
            ),
            ("customer", _) => Customer(),
            ("attach", [_, _, var id, _]) => Attach(id, form),
            ("detach", [_, _, var id, _]) => Detach(id),
            _ => Missing(404, "path"),
        };
    }

    Reply Create(Dictionary<string, string> form)
    {
        if (form.Keys.Any(name => name.StartsWith("payment_method_types", StringComparison.Ordinal)))
            return Invalid("payment_method_types_no_longer_supported", "payment_method_types");
        if (!long.TryParse(form.GetValueOrDefault("amount"), out var amount) || amount < 1)
            return Invalid("parameter_invalid_integer", "amount");
        var currency = form.GetValueOrDefault("currency") ?? "";
        if (currency.Length != 3 || !currency.All(char.IsAsciiLetterLower))
            return Invalid("parameter_invalid_string_empty", "currency");
        if (currency is "kwd" or "bhd" or "jod" or "omr" or "tnd" && amount % 10 != 0)
            return Invalid("parameter_invalid_integer", "amount");
        if (currency == "eur" && amount < 50)
            return Invalid("amount_too_small", "amount");
        if (form.GetValueOrDefault("customer") is { } customer && !_customers.Contains(customer))
            return Missing(400, "customer");
        if (Method(form.GetValueOrDefault("payment_method")) is not { } method)
            return Missing(400, "payment_method");
        if ((string?)method["customer"] != form.GetValueOrDefault("customer"))
            return Invalid(null, "payment_method");
        var intent = new JsonObject
        {
            ["id"] = Id("pi"),
            ["object"] = "payment_intent",
            ["amount"] = amount,
            ["amount_capturable"] = 0,
            ["amount_received"] = 0,
            ["capture_method"] = form.GetValueOrDefault("capture_method") ?? "automatic_async",
            ["created"] = Clock.GetUtcNow().ToUnixTimeSeconds(),
            ["currency"] = currency,
            ["customer"] = form.GetValueOrDefault("customer"),
            ["last_payment_error"] = null,
            ["livemode"] = false,
            ["metadata"] = Metadata(form),
            ["payment_method"] = (string)method["id"]!,
            ["payment_method_types"] = new JsonArray("card"),
            ["status"] = "requires_confirmation",
        };
        _intents[(string)intent["id"]!] = intent;
        Emit("payment_intent.created", intent);
        return Reply.Of(intent);
    }

    Reply Confirm(JsonObject intent, Dictionary<string, string> form)
    {
        if ((string)intent["status"]! != "requires_confirmation")
            return UnexpectedState(intent, "confirm");
        var method = _methods[(string)intent["payment_method"]!];
        if (method["detached"] is not null)
            return Invalid("payment_method_unexpected_state", "payment_method");
        var name = (string)method["name"]!;
        if (TestCards.Declines.GetValueOrDefault(name) is { } decline)
        {
            if (name == "pm_card_authenticationRequired" && form.GetValueOrDefault("off_session") != "true")
            {
                intent["status"] = "requires_action";
                return Reply.Of(intent);
            }
            var error = new JsonObject
            {
                ["type"] = "card_error",
                ["code"] = decline.Code,
                ["decline_code"] = decline.DeclineCode,
                ["message"] = "Your card was declined.",
            };
            intent["status"] = "requires_payment_method";
            intent["payment_method"] = null;
            intent["last_payment_error"] = error.DeepClone();
            Emit("payment_intent.payment_failed", intent);
            error["payment_intent"] = intent.DeepClone();
            return new Reply(402, new JsonObject { ["error"] = error });
        }
        if ((string)intent["capture_method"]! == "manual")
        {
            intent["status"] = "requires_capture";
            intent["amount_capturable"] = (long)intent["amount"]!;
            Emit("payment_intent.amount_capturable_updated", intent);
            return Reply.Of(intent);
        }
        return Take(intent, (long)intent["amount"]!);
    }

    Reply Capture(JsonObject intent, Dictionary<string, string> form)
    {
        if ((string)intent["status"]! != "requires_capture")
            return UnexpectedState(intent, "capture");
        var capturable = (long)intent["amount_capturable"]!;
        var amount = form.TryGetValue("amount_to_capture", out var text) ? long.Parse(text) : capturable;
        if (amount > capturable)
            return Invalid("amount_too_large", "amount_to_capture");
        foreach (var (name, value) in Metadata(form))
            intent["metadata"]![name] = value!.DeepClone();
        return Take(intent, amount);
    }

    Reply Take(JsonObject intent, long amount)
    {
        intent["status"] = "succeeded";
        intent["amount_capturable"] = 0;
        intent["amount_received"] = amount;
        _captures.Add(
            new StripeCapture(
                (string?)intent["metadata"]!["ride_id"],
                (string)intent["id"]!,
                amount,
                (string)intent["currency"]!,
                (string)_methods[(string)intent["payment_method"]!]["name"]!
            )
        );
        Emit("payment_intent.succeeded", intent);
        return Reply.Of(intent);
    }

    Reply Cancel(JsonObject intent)
    {
        if ((string)intent["status"]! is "succeeded" or "canceled")
            return UnexpectedState(intent, "cancel");
        intent["status"] = "canceled";
        intent["amount_capturable"] = 0;
        Emit("payment_intent.canceled", intent);
        return Reply.Of(intent);
    }

    Reply Refund(Dictionary<string, string> form)
    {
        if (!_intents.TryGetValue(form.GetValueOrDefault("payment_intent") ?? "", out var intent))
            return Missing(404, "payment_intent");
        if ((string)intent["status"]! != "succeeded")
            return Invalid(null, "payment_intent");
        var id = (string)intent["id"]!;
        var left =
            (long)intent["amount_received"]!
            - _refunds
                .Values.Where(refund => (string?)refund["payment_intent"] == id)
                .Where(refund => (string?)refund["status"] == "succeeded")
                .Sum(refund => (long)refund["amount"]!);
        var amount = form.TryGetValue("amount", out var text) ? long.Parse(text) : left;
        if (left == 0)
            return Invalid("charge_already_refunded", null);
        if (amount > left)
            return Invalid(null, "amount");
        var refund = new JsonObject
        {
            ["id"] = Id("re"),
            ["object"] = "refund",
            ["amount"] = amount,
            ["currency"] = (string)intent["currency"]!,
            ["metadata"] = Metadata(form),
            ["payment_intent"] = id,
            ["status"] = "succeeded",
        };
        _refunds[(string)refund["id"]!] = refund;
        _returned.Add(new StripeRefund((string?)refund["metadata"]!["ridebooking_key"], id, amount));
        Emit("refund.created", refund);
        Emit("refund.updated", refund);
        return Reply.Of(refund);
    }

    Reply Customer()
    {
        var id = Id("cus");
        _customers.Add(id);
        return Reply.Of(new JsonObject { ["id"] = id, ["object"] = "customer" });
    }

    Reply Attach(string id, Dictionary<string, string> form)
    {
        if (form.GetValueOrDefault("customer") is not { } customer || !_customers.Contains(customer))
            return Missing(400, "customer");
        if (Method(id) is not { } method)
            return Missing(404, "payment_method");
        // A payment method that was detached cannot be used again.
        if (method["customer"] is not null || method["detached"] is not null)
            return Invalid(null, "payment_method");
        var name = (string)method["name"]!;
        // Stripe checks a card when it is attached. Only this one passes and is declined later.
        if (TestCards.Declines.TryGetValue(name, out var decline) && !TestCards.Attachable.Contains(name))
            return new Reply(
                402,
                new JsonObject
                {
                    ["error"] = new JsonObject
                    {
                        ["type"] = "card_error",
                        ["code"] = decline.Code,
                        ["decline_code"] = decline.DeclineCode,
                    },
                }
            );
        method["customer"] = customer;
        return Reply.Of(method);
    }

    Reply Detach(string id)
    {
        if (!_methods.TryGetValue(id, out var method))
            return Missing(404, "payment_method");
        if (method["customer"] is null)
            return Invalid(null, "payment_method");
        method["customer"] = null;
        method["detached"] = true;
        return Reply.Of(method);
    }

    /// <summary>Returns a payment method. Each use of a test card's name is a new one.</summary>
    JsonObject? Method(string? id)
    {
        if (id is null || _methods.TryGetValue(id, out var known))
            return id is null ? null : _methods[id];
        if (!TestCards.Cards.TryGetValue(id, out var card))
            return null;
        var method = new JsonObject
        {
            ["id"] = Id("pm"),
            ["object"] = "payment_method",
            ["type"] = "card",
            ["card"] = new JsonObject { ["brand"] = card.Brand, ["last4"] = card.Last4 },
            ["customer"] = null,
            ["name"] = id,
        };
        _methods[(string)method["id"]!] = method;
        return method;
    }

    Reply WithIntent(string id, Func<JsonObject, Reply> use)
    {
        if (!_intents.TryGetValue(id, out var intent))
            return Missing(404, "intent");
        var created = DateTimeOffset.FromUnixTimeSeconds((long)intent["created"]!);
        if ((string)intent["status"]! == "requires_capture" && created + s_authorizationLifetime <= Clock.GetUtcNow())
        {
            intent["cancellation_reason"] = "automatic";
            Cancel(intent);
        }
        return use(intent);
    }

    void Emit(string type, JsonObject about) =>
        _events.Add(
            (
                type,
                new JsonObject
                {
                    ["id"] = Id("evt"),
                    ["object"] = "event",
                    ["api_version"] = "2026-10-28.endive",
                    ["created"] = Clock.GetUtcNow().ToUnixTimeSeconds(),
                    ["type"] = type,
                    ["livemode"] = false,
                    ["pending_webhooks"] = 1,
                    ["data"] = new JsonObject { ["object"] = about.DeepClone() },
                }.ToJsonString()
            )
        );

    T Locked<T>(Func<T> use)
    {
        lock (_lock)
            return use();
    }

    string Id(string prefix) => $"{prefix}_{Interlocked.Increment(ref _ids):D14}";

    static async Task Write(HttpContext http, Reply reply, bool replayed = false)
    {
        http.Response.StatusCode = reply.Status;
        http.Response.ContentType = "application/json";
        http.Response.Headers["Request-Id"] = "req_double";
        if (replayed)
            http.Response.Headers["Idempotent-Replayed"] = "true";
        await http.Response.WriteAsync(reply.Body.ToJsonString());
    }

    static Reply UnexpectedState(JsonObject intent, string action) =>
        Error(
            400,
            "invalid_request_error",
            "payment_intent_unexpected_state",
            $"You cannot {action} this PaymentIntent because it has a status of {intent["status"]}."
        );

    static Reply Invalid(string? code, string? parameter) =>
        Error(400, "invalid_request_error", code, $"Invalid {parameter}", parameter) with
        {
            IsSaved = false,
        };

    static Reply Missing(int status, string parameter) =>
        Error(status, "invalid_request_error", "resource_missing", $"No such {parameter}", parameter) with
        {
            IsSaved = false,
        };

    static Reply Error(int status, string type, string? code, string message, string? parameter = null) =>
        new(
            status,
            new JsonObject
            {
                ["error"] = new JsonObject
                {
                    ["type"] = type,
                    ["code"] = code,
                    ["message"] = message,
                    ["param"] = parameter,
                },
            }
        );

    static Dictionary<string, string> Form(string body) =>
        body.Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => pair.Split('=', 2))
            .ToDictionary(pair => WebUtility.UrlDecode(pair[0]), pair => WebUtility.UrlDecode(pair[^1]));

    static JsonObject Metadata(Dictionary<string, string> form)
    {
        var metadata = new JsonObject();
        foreach (var (name, value) in form)
            if (name.StartsWith("metadata[", StringComparison.Ordinal))
                metadata[name["metadata[".Length..^1]] = value;
        return metadata;
    }

    sealed record Reply(int Status, JsonObject Body)
    {
        /// <summary>Whether it is saved under the idempotency key: the execution began.</summary>
        public bool IsSaved { get; init; } = true;

        public static Reply Of(JsonObject body) => new(200, (JsonObject)body.DeepClone());
    }

    sealed class SavedAnswer(string parameters)
    {
        public string Parameters { get; } = parameters;

        public Reply? Answer { get; set; }
    }

    /// <summary>Stripe's test cards, by the names of their payment methods (https://docs.stripe.com/testing).</summary>
    static class TestCards
    {
        public static readonly Dictionary<string, (string Brand, string Last4)> Cards = new()
        {
            ["pm_card_visa"] = ("visa", "4242"),
            ["pm_card_mastercard"] = ("mastercard", "4444"),
            ["pm_card_chargeCustomerFail"] = ("visa", "0341"),
            ["pm_card_visa_chargeDeclined"] = ("visa", "0002"),
            ["pm_card_visa_chargeDeclinedInsufficientFunds"] = ("visa", "9995"),
            ["pm_card_visa_chargeDeclinedStolenCard"] = ("visa", "9979"),
            ["pm_card_chargeDeclinedExpiredCard"] = ("visa", "0069"),
            ["pm_card_authenticationRequired"] = ("visa", "3184"),
        };

        public static readonly Dictionary<string, StripeDecline> Declines = new()
        {
            ["pm_card_chargeCustomerFail"] = new("card_declined", "generic_decline"),
            ["pm_card_visa_chargeDeclined"] = new("card_declined", "generic_decline"),
            ["pm_card_visa_chargeDeclinedInsufficientFunds"] = new("card_declined", "insufficient_funds"),
            ["pm_card_visa_chargeDeclinedStolenCard"] = new("card_declined", "stolen_card"),
            ["pm_card_chargeDeclinedExpiredCard"] = new("expired_card", "expired_card"),
            ["pm_card_authenticationRequired"] = new("authentication_required", "authentication_required"),
        };

        public static readonly HashSet<string> Attachable =
        [
            "pm_card_chargeCustomerFail",
            "pm_card_authenticationRequired",
        ];
    }

    sealed record StripeDecline(string Code, string DeclineCode);
}
