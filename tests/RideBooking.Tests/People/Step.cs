using CsCheck;

namespace RideBooking.Tests.People;

/// <summary>One thing that happens: somebody does something, a message is delivered, or time passes.</summary>
/// <param name="Kind">What happens.</param>
/// <param name="Who">The number of the rider or driver.</param>
/// <param name="Pick">Chooses among what is there: a message, a place, a number of seconds.</param>
internal readonly record struct Step(StepKind Kind, int Who, int Pick)
{
    // Of all steps. Most of them let rides go on, since a ride that never begins shows nothing.
    static readonly (int Weight, StepKind Kind)[] s_kinds =
    [
        (40, StepKind.DeliverOldest),
        (8, StepKind.DeliverAny),
        (6, StepKind.DeliverAgain),
        (4, StepKind.SendAgain),
        (12, StepKind.Request),
        (34, StepKind.DriverGoesOn),
        (3, StepKind.DriverDeclines),
        (2, StepKind.DriverReleases),
        (3, StepKind.DriverTaps),
        (1, StepKind.DriverTakesBreak),
        (2, StepKind.ReportNoShow),
        (2, StepKind.Cancel),
        (3, StepKind.ChangeDestination),
        (2, StepKind.ChangeCard),
        (2, StepKind.Rate),
        (2, StepKind.OperatorActs),
        (2, StepKind.Refund),
        (1, StepKind.PayBalance),
        (2, StepKind.Gateway),
        (8, StepKind.PassSeconds),
        (1, StepKind.PassMinutes),
    ];

    /// <summary>Generates the steps of a run.</summary>
    public static Gen<Step[]> Steps { get; } =
        Gen.Select(
            Gen.Frequency([.. s_kinds.Select(kind => (kind.Weight, (IGen<StepKind>)Gen.Const(kind.Kind)))]),
            Gen.Int[0, Play.People - 1],
            Gen.Int[0, 999],
            (kind, who, pick) => new Step(kind, who, pick)
        ).Array[100, 200];
}

/// <summary>What can happen.</summary>
internal enum StepKind
{
    /// <summary>The message that has waited longest is delivered, as on a quiet day.</summary>
    DeliverOldest,

    /// <summary>Any waiting message is delivered.</summary>
    DeliverAny,

    /// <summary>A delivered message is delivered again, with its id.</summary>
    DeliverAgain,

    /// <summary>A delivered message is sent again, with another id, as by a redrive.</summary>
    SendAgain,
    Request,

    /// <summary>A driver does what is next: accepts an offer, arrives, starts, completes.</summary>
    DriverGoesOn,
    DriverDeclines,
    DriverReleases,

    /// <summary>A driver sends a command about a ride that may be somebody else's, or for which it is too late.</summary>
    DriverTaps,
    DriverTakesBreak,
    ReportNoShow,
    Cancel,
    ChangeDestination,
    ChangeCard,
    Rate,
    OperatorActs,
    Refund,
    PayBalance,

    /// <summary>The gateway stops answering, or answers again.</summary>
    Gateway,
    PassSeconds,
    PassMinutes,
}
