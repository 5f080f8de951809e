using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using RideBooking.Platform.Http.Limits;
using RideBooking.Platform.Messaging;
using RideBooking.Platform.Persistence;

namespace RideBooking.Platform.Http;

/// <summary>
/// Retries a request, with new services, when its transaction met a table that was altered at that moment (<see
/// cref="StalePlanInterceptor"/>).
/// </summary>
/// <remarks>The transaction was rolled back, so that nothing happens twice.</remarks>
internal static class RepeatOnChangedSchema
{
    const int MaxAttempts = 5;

    public static void UseRepeatOnChangedSchema(this WebApplication app)
    {
        if (app.Services.GetService<DatabaseOptions>()?.Provider == DatabaseProvider.Postgres)
            app.Use(Handle);
    }

    static async Task Handle(HttpContext context, RequestDelegate next)
    {
        var services = context.RequestServices;
        var body = await ReadBody(context.Request, context.RequestAborted);
        for (var attempt = 1; ; attempt++)
        {
            // A new stream for each attempt: reading a body advances the stream's position.
            if (body is not null)
                context.Request.Body = new MemoryStream(body, writable: false);
            await using var scope = attempt == 1 ? default(AsyncServiceScope?) : services.CreateAsyncScope();
            context.RequestServices = scope?.ServiceProvider ?? services;
            try
            {
                await next(context);
                return;
            }
            catch (Exception fault)
                when (attempt < MaxAttempts && !context.Response.HasStarted && DatabaseConflicts.IsStalePlan(fault)) { }
            finally
            {
                context.RequestServices = services;
            }
        }
    }

    /// <summary>Reads the body. <see cref="BodyLimit"/> bounds it and throws if it is too large.</summary>
    static async Task<byte[]?> ReadBody(HttpRequest request, CancellationToken cancellationToken)
    {
        if (HttpMethods.IsGet(request.Method) || request.Body == Stream.Null)
            return null;
        using var buffer = new MemoryStream();
        await request.Body.CopyToAsync(buffer, cancellationToken);
        return buffer.ToArray();
    }
}
