using MassTransit.SagaStateMachine;
using RideBooking.Rides;

namespace RideBooking.Tests.Rides;

/// <summary>The transitions that the state machine of a ride allows.</summary>
internal static class RideTransitions
{
    /// <summary>Returns the names of the statuses between which a ride can go in one step.</summary>
    public static HashSet<(string From, string To)> Legal()
    {
        var graph = new RideStateMachine(RideLab.Times, RideLab.Plausibility, RideLab.Rules).GetGraph();
        return
        [
            .. from step in graph.Edges.Where(edge => edge.From.VertexType == typeof(MassTransit.State))
            from onward in graph.Edges
            where onward.From.Equals(step.To)
            select (step.From.Title, onward.To.Title),
        ];
    }
}
