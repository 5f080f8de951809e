using FluentValidation;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using RideBooking.Demo.People;

namespace RideBooking.Demo;

/// <summary>Does over HTTP what the keys of the screen do, for a demo without a screen.</summary>
internal static class SteerDemo
{
    public static void Map(RouteGroupBuilder operators)
    {
        operators.MapGet("/demo", HandleGet).WithSummary("Get the simulated city's state");
        operators
            .MapPut("/demo", HandlePut)
            .WithSummary("Steer the simulated city")
            .WithDescription("Members that are left out stay unchanged.");
    }

    static Ok<View> HandleGet(BrokenConsumer consumer, Pace pace) => TypedResults.Ok(Now(consumer, pace));

    static Ok<View> HandlePut(Request request, BrokenConsumer consumer, Pace pace)
    {
        consumer.Broken = request.Broken ?? consumer.Broken;
        pace.Paused = request.Paused ?? pace.Paused;
        pace.Current = request.Pace ?? pace.Current;
        return TypedResults.Ok(Now(consumer, pace));
    }

    static View Now(BrokenConsumer consumer, Pace pace) => new(consumer.Broken, pace.Paused, pace.Current);

    /// <param name="Broken">Whether the consumer that computes fares is broken.</param>
    /// <param name="Paused">Whether riders request no more rides. Rides under way continue.</param>
    /// <param name="Pace">How fast the city runs.</param>
    internal sealed record Request(bool? Broken, bool? Paused, double? Pace)
    {
        internal sealed class Validator : AbstractValidator<Request>
        {
            const double Slowest = (double)People.Pace.Slowest;
            const double Fastest = (double)People.Pace.Fastest;

            public Validator() =>
                RuleFor(request => request.Pace)
                    .Must(pace => pace is null or (>= Slowest and <= Fastest))
                    .WithMessage($"must be from {Slowest} to {Fastest}");
        }
    }

    /// <param name="Broken">Whether the consumer that computes fares is broken.</param>
    /// <param name="Paused">Whether riders request no more rides. Rides under way continue.</param>
    /// <param name="Pace">How fast the city runs.</param>
    internal sealed record View(bool Broken, bool Paused, double Pace);
}
