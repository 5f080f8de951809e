using Microsoft.AspNetCore.Builder;
using RideBooking.Platform.Http.Problems;
using RideBooking.Platform.Messaging;

namespace RideBooking.Platform.Http.Requests;

/// <summary>
/// Refuses U+0000 in the query, which PostgreSQL cannot store or compare, with 400 before the request is handled.
/// </summary>
/// <remarks>The path cannot contain it (the server refuses it), and JSON text is checked where it is read.</remarks>
internal static class QueryText
{
    public static void UseQueryText(this IApplicationBuilder app) =>
        app.Use(
            (context, next) =>
            {
                if (context.Request.QueryString.Value?.Contains("%00", StringComparison.Ordinal) == true)
                    foreach (var (name, values) in context.Request.Query)
                        if (name.Contains('\0') || values.Any(value => value?.Contains('\0') == true))
                            throw new InvalidInputException(
                                name.Replace("\0", "", StringComparison.Ordinal),
                                "must not contain U+0000"
                            );
                return next(context);
            }
        );
}
