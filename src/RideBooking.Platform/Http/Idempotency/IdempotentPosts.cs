using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace RideBooking.Platform.Http.Idempotency;

/// <summary>
/// Carries a POST with an Idempotency-Key out once: the same key and request get the first answer again, another request
/// under the key is refused. Only outcomes (2xx) are kept: a refusal (4xx) has done nothing and frees the key, and an answer
/// that does not say what was done (5xx) leaves the request open to be carried out again with the same ids. The lease goes by the clocks of the
/// processes: should they disagree by more than it is long, two may carry a request out at once, and the ids of
/// <see cref="IdempotentRequest"/>, unique in the database, are what is left to tell that they are one.
/// </summary>
internal sealed class IdempotentPosts(
    RequestDelegate next,
    IdempotencyStore store,
    RequestGates gates,
    ClaimLeases leases,
    IdempotencySettings settings,
    TimeProvider clock,
    IOptions<JsonOptions> json,
    ILogger<IdempotentPosts> log
)
{
    public const string Header = "Idempotency-Key";
    public const string Replayed = "Idempotency-Replayed";
    const int MaxKeyLength = 255;
    static readonly TimeSpan StoringTime = TimeSpan.FromSeconds(5);

    public async Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        // Only what an endpoint would answer: the router's own "not found" and "method not allowed" are no endpoints of a route.
        if (
            !HttpMethods.IsPost(request.Method)
            || context.GetEndpoint() is not RouteEndpoint endpoint
            || !request.Headers.TryGetValue(Header, out var keys)
        )
        {
            await next(context);
            return;
        }

        if (keys is not [{ Length: > 0 and <= MaxKeyLength } key] || key.Any(character => character is < '!' or > '~'))
            throw new InvalidInputException(Header, $"must be one key of 1 to {MaxKeyLength} visible ASCII characters");

        var body = await ReadBody(request, context.RequestAborted);
        var caller = CallerOf(context);
        var id = IdOf(caller, key);
        var fingerprint = Fingerprint.Of(request, endpoint, body, json.Value.SerializerOptions);

        using var turn = await gates.Enter(id, context.RequestAborted);
        switch (await ClaimOrWait(id, caller, fingerprint, context.RequestAborted))
        {
            case Claim.Granted claim:
                await CarryOut(context, claim);
                break;
            case Claim.Answered { Answer: var answer }:
                await Replay(context, answer);
                break;
            case Claim.Reused:
                await Problem
                    .Unprocessable(
                        ProblemCode.IdempotencyKeyReused,
                        "This Idempotency-Key was used before for a different request."
                    )
                    .ExecuteAsync(context);
                break;
            default:
                await Problem
                    .Conflict(
                        ProblemCode.RequestInProgress,
                        "A request with this Idempotency-Key is still being carried out; repeat it shortly.",
                        (Problem.RetryAfter, 1)
                    )
                    .ExecuteAsync(context);
                break;
        }
    }

    /// <summary>Within this process the gate does the waiting; here it is for another process that carries the request out.</summary>
    async Task<Claim> ClaimOrWait(Guid id, string caller, string fingerprint, CancellationToken cancellationToken)
    {
        var giveUpAt = clock.GetUtcNow() + settings.Wait;
        while (true)
        {
            var claim = await store.Claim(id, caller, fingerprint, cancellationToken);
            if (claim is not Claim.InProgress || clock.GetUtcNow() >= giveUpAt)
                return claim;
            await Task.Delay(settings.Poll, clock, cancellationToken);
        }
    }

    async Task CarryOut(HttpContext context, Claim.Granted claim)
    {
        // A client that hangs up does not stop the work half-way: it will repeat the request and wants to find the answer.
        var (hangUp, sent) = (context.RequestAborted, context.Response.Body);
        using var lease = leases.Hold(claim);
        using var buffer = new MemoryStream();
        context.RequestAborted = lease.Ended;
        context.Response.Body = buffer;
        context.Features.Set(new IdempotentRequest(claim.RequestId, claim.IsTakenOver));
        try
        {
            await next(context);
        }
        catch
        {
            await Settle(store.Release, claim);
            throw;
        }
        finally
        {
            context.Response.Body = sent;
            context.RequestAborted = hangUp;
        }

        // The framework's mark of work that was cancelled by the token it runs under, which here is the lease.
        if (context.Response.StatusCode == StatusCodes.Status499ClientClosedRequest)
        {
            await Settle(store.Release, claim);
            context.Response.Clear();
            await Problem
                .Unavailable("This took too long and was given up; repeat it shortly.", TimeSpan.FromSeconds(1))
                .ExecuteAsync(context);
            return;
        }

        var response = context.Response;
        if (response.StatusCode >= 500)
            await Settle(store.Release, claim);
        else if (response.StatusCode >= 400)
            await Settle(store.Free, claim);
        else
        {
            var answer = new Answer(
                response.StatusCode,
                Text(response.Headers.ContentType),
                Text(response.Headers.Location),
                Text(response.Headers.ETag),
                buffer.ToArray()
            );
            await Settle((granted, cancellationToken) => store.Complete(granted, answer, cancellationToken), claim);
        }

        if (buffer.Length > 0)
            await response.Body.WriteAsync(buffer.GetBuffer().AsMemory(0, (int)buffer.Length), hangUp);
    }

    /// <summary>
    /// The answer is sent even when it cannot be kept: the work is done. Then the claim stays until its lease is over, and a
    /// repeat carries the request out again, with the same ids.
    /// </summary>
    async Task Settle(Func<Claim.Granted, CancellationToken, Task> step, Claim.Granted claim)
    {
        using var cancellationToken = new CancellationTokenSource(StoringTime, clock);
        try
        {
            await step(claim, cancellationToken.Token);
        }
        catch (Exception exception)
        {
            log.LogWarning(exception, "Could not settle the idempotency claim {Id}; it ends with its lease", claim.Id);
        }
    }

    static async Task Replay(HttpContext context, IdempotencyKey answer)
    {
        var response = context.Response;
        response.Headers[Replayed] = "true";
        if (answer.BodyTooLarge)
        {
            await Problem
                .Conflict(
                    ProblemCode.AnswerNotKept,
                    "This request was carried out before; its answer was too large to keep. Read its result where it is.",
                    ("firstStatus", answer.Status),
                    ("location", answer.Location)
                )
                .ExecuteAsync(context);
            return;
        }

        response.StatusCode = answer.Status!.Value;
        Set(HeaderNames.Location, answer.Location);
        Set(HeaderNames.ETag, answer.EntityTag);
        if (answer.Body is not { } body)
            return;
        Set(HeaderNames.ContentType, answer.ContentType);
        response.ContentLength = body.Length;
        await response.Body.WriteAsync(body, context.RequestAborted);

        void Set(string header, string? value)
        {
            if (value is not null)
                response.Headers[header] = value;
        }
    }

    static string? Text(Microsoft.Extensions.Primitives.StringValues header) =>
        header.Count == 0 ? null : header.ToString();

    /// <summary>The body is bounded by <see cref="BodyLimit"/>, which throws where it is too large.</summary>
    static async Task<byte[]> ReadBody(HttpRequest request, CancellationToken cancellationToken)
    {
        using var buffer = new MemoryStream();
        await request.Body.CopyToAsync(buffer, cancellationToken);
        var body = buffer.ToArray();
        request.Body = new MemoryStream(body, writable: false);
        return body;
    }

    // The subject alone: a token that gives one more role is the same caller's.
    static string CallerOf(HttpContext context) =>
        Caller.From(context.User) is { } caller ? $"sub:{caller.Id}" : "anonymous";

    static Guid IdOf(string caller, string key) =>
        new(SHA256.HashData(Encoding.UTF8.GetBytes($"{caller}\n{key}")).AsSpan(0, 16), bigEndian: true);
}
