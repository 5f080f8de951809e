using System.Text;
using RideBooking.Tests.Api;

namespace RideBooking.Tests.Documentation;

/// <summary>docs/visibility.md and the same text in the API description, made from the pairs that are tested.</summary>
public sealed class The_next_requests
{
    [Fact]
    public Task Are_those_that_are_tested() =>
        GeneratedPage.ShouldBeCurrent("docs/visibility.md", $"# {Text()}", nameof(The_next_requests));

    [Fact]
    public Task Are_explained_in_the_API_description() =>
        GeneratedPage.ShouldBeCurrent(
            "src/RideBooking.Platform/Http/NextRequests.md",
            $"## {Text()}",
            nameof(The_next_requests)
        );

    static string Text()
    {
        var text = new StringBuilder(
            """
            What the next request sees

            The next request of a caller sees what the last one did, on whichever host it arrives. You need not poll after a
            command.

            - **A command is answered when its effects can be read.** Modules learn of each other by events, so `accept`,
              `decline`, `complete`, `release`, `no-show`, `cancel`, `balance/pay`, going on or off duty, and of operators
              `force-complete`, `force-cancel` and `write-off` wait until the events that they cause are handled. That takes some ten milliseconds, and up to a second in a rush.
            - **The wait has a limit**, `Messaging:VisibilityTimeout` (10 s); then the command is answered as usual, and the
              next requests of the same caller to the same host wait for as long again, up to a minute after the command. So
              a host that is overloaded is slow, and does not deny what the caller has done. Location reports never wait.
            - **The wait ends early** when the broker is unavailable, when a message fails on this host and has to be redelivered, and for
              a consumer that has handled nothing at all within the limit; that one is not waited for again until it handles
              an event. The command is carried out all the same; until the events are handled, reads show what was before.
            - **What exists is never answered 404.** If a driver's accepted ride cannot be shown when the wait ended early, reading
              and driving it answer 503 `not_yet_visible` with `Retry-After`.
            - **A refusal is checked before it is sent.** `outstanding_balance`, `receipt_not_ready` and a receipt that is still due
              wait for a payment or fare that is on its way, because the caller may have seen it elsewhere.
            - **What may lag** by design: notifications, the operators' summaries and metrics. An event stream shows an event as
              soon as it is committed; the ride itself may follow some milliseconds later. With a payment gateway that takes
              longer than the limit, `balance/pay` answers while the balance is `beingPaid`.

            | caller | after | the next request | sees |
            |---|---|---|---|

            """
        );
        foreach (var pair in NextRequests.All)
            text.Append($"| {pair.Caller} | `{Code(pair.Write)}` | `{pair.Next}` | {pair.Sees} |\n");
        return text.ToString();
    }

    // What was seen is quoted by itself.
    static string Code(string write) => write.Replace("`", "", StringComparison.Ordinal);
}
