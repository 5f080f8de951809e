using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using RideBooking.Platform.Http.Authentication;
using RideBooking.Platform.Http.Limits;
using RideBooking.Platform.Http.Problems;

namespace RideBooking.Platform.Http.Idempotency;

/// <summary>
/// Carries out a POST with an Idempotency-Key once. The same request is answered from the store; another request with the key
/// is refused.
/// </summary>
/// <remarks>
/// Only outcomes (2xx) are kept. A refusal (4xx) has done nothing and frees the key. After a 5xx it is unknown what was done:
/// the request can be carried out again with the same ids. Leases depend on the clocks of the processes. If these differ by
/// more than the lease, two processes may carry out a request at once. Then only the ids of <see cref="IdempotentRequest"/>,
/// unique in the database, prevent a duplicate.
/// </remarks>
internal sealed partial class IdempotentPosts(
    RequestDelegate next,
    IdempotencyStore store,
    ClaimLeases leases,
    IdempotencyOptions options,
    TimeProvider clock,
    IOptions<JsonOptions> json,
    ILogger<IdempotentPosts> logger
)
{
    public const string Header = "Idempotency-Key";
    public const string Replayed = "Idempotency-Replayed";
    const int MaxKeyLength = 255;
    static readonly TimeSpan s_storingTime = TimeSpan.FromSeconds(5);

    public async Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        // Only for endpoints: the router's own "not found" and "method not allowed" are not endpoints of a route.
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

        var deadline = clock.GetUtcNow() + options.Wait;
        using var held = store.InFlight.TryEnter(id) ?? await EnterOrTimeOut(id, context.RequestAborted);
        var claim = held is null
            ? new Claim.InProgress()
            : await ClaimOrWait(id, caller, fingerprint, deadline, context.RequestAborted);
        switch (claim)
        {
            case Claim.Granted granted:
                await Execute(context, granted);
                break;
            case Claim.Completed { Key: var completed }:
                await Replay(context, completed);
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
                        "A request with this Idempotency-Key is still in progress; retry shortly.",
                        (Problem.RetryAfter, 1)
                    )
                    .ExecuteAsync(context);
                break;
        }
    }

    /// <summary>Waits while this process carries out the request; returns null if that takes too long.</summary>
    async Task<IDisposable?> EnterOrTimeOut(Guid id, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(options.Wait, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            return await store.InFlight.Enter(id, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>Waits while another process carries out the request.</summary>
    async Task<Claim> ClaimOrWait(
        Guid id,
        string caller,
        string fingerprint,
        DateTimeOffset deadline,
        CancellationToken cancellationToken
    )
    {
        while (true)
        {
            var claim = await store.Claim(id, caller, fingerprint, cancellationToken);
            if (claim is not Claim.InProgress || clock.GetUtcNow() >= deadline)
                return claim;
            await Task.Delay(options.Poll, clock, cancellationToken);
        }
    }

    async Task Execute(HttpContext context, Claim.Granted claim)
    {
        // If the client disconnects, the work goes on: the client will retry the request and expects to find the answer.
        var (requestAborted, sent) = (context.RequestAborted, context.Response.Body);
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
            context.RequestAborted = requestAborted;
        }

        // The framework's status for work that was cancelled by its token, which here is the lease.
        if (context.Response.StatusCode == StatusCodes.Status499ClientClosedRequest)
        {
            await Settle(store.Release, claim);
            context.Response.Clear();
            await Problem
                .Unavailable("The request took too long and was cancelled; retry shortly.", TimeSpan.FromSeconds(1))
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
            var stored = new StoredResponse(
                response.StatusCode,
                Text(response.Headers.ContentType),
                Text(response.Headers.Location),
                Text(response.Headers.ETag),
                buffer.ToArray()
            );
            await Settle((granted, cancellationToken) => store.Complete(granted, stored, cancellationToken), claim);
        }

        if (buffer.Length > 0)
            await response.Body.WriteAsync(buffer.GetBuffer().AsMemory(0, (int)buffer.Length), requestAborted);
    }

    /// <summary>Completes or releases the claim. The response is sent even if this fails, because the work is done.</summary>
    /// <remarks>
    /// Then the claim stays until its lease ends, and a retry carries out the request again, with the same ids.
    /// </remarks>
    async Task Settle(Func<Claim.Granted, CancellationToken, Task> step, Claim.Granted claim)
    {
        using var limit = new CancellationTokenSource(s_storingTime, clock);
        try
        {
            await step(claim, limit.Token);
        }
        catch (Exception exception)
        {
            LogNotSettled(exception, claim.Id);
        }
    }

    static async Task Replay(HttpContext context, IdempotencyKey completed)
    {
        var response = context.Response;
        response.Headers[Replayed] = "true";
        if (completed.BodyTooLarge)
        {
            await Problem
                .Conflict(
                    ProblemCode.AnswerNotKept,
                    "This request was carried out before; its answer was too large to keep. Read its result at `location`.",
                    ("firstStatus", completed.Status),
                    ("location", completed.Location)
                )
                .ExecuteAsync(context);
            return;
        }

        response.StatusCode = completed.Status!.Value;
        Set(HeaderNames.Location, completed.Location);
        Set(HeaderNames.ETag, completed.EntityTag);
        if (completed.Body is not { } body)
            return;
        Set(HeaderNames.ContentType, completed.ContentType);
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

    /// <summary>Reads the body. <see cref="BodyLimit"/> bounds it and throws if it is too large.</summary>
    static async Task<byte[]> ReadBody(HttpRequest request, CancellationToken cancellationToken)
    {
        using var buffer = new MemoryStream();
        await request.Body.CopyToAsync(buffer, cancellationToken);
        var body = buffer.ToArray();
        request.Body = new MemoryStream(body, writable: false);
        return body;
    }

    // The subject alone: a token with one more role belongs to the same caller.
    static string CallerOf(HttpContext context) =>
        Caller.From(context.User) is { } caller ? $"sub:{caller.Id}" : "anonymous";

    static Guid IdOf(string caller, string key) =>
        new(SHA256.HashData(Encoding.UTF8.GetBytes($"{caller}\n{key}")).AsSpan(0, 16), bigEndian: true);

    [LoggerMessage(LogLevel.Warning, "Could not settle the idempotency claim {Id}; it ends with its lease")]
    partial void LogNotSettled(Exception exception, Guid id);
}
