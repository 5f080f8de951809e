using RideBooking.Console.Parts;
using RideBooking.Contracts;

namespace RideBooking.Tests.Console.Parts;

/// <summary>The console is a client and repeats the words that it reads. They must be those that the host writes.</summary>
public sealed class StatusWordsTests
{
    [Fact]
    public void The_console_knows_every_status_of_a_ride() => StatusWords.All.ShouldBe(RideStatuses.Spellings);

    [Theory]
    [InlineData("noDriverFound", "no driver found")]
    [InlineData("completed", "completed")]
    public void A_status_is_shown_as_people_spell_it(string status, string words) =>
        StatusWords.InWords(status).ShouldBe(words);
}
