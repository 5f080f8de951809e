using RideBooking.Notifications;

namespace RideBooking.Tests.Notifications;

public sealed class LanguageTests
{
    [Theory]
    [InlineData(null, "en")]
    [InlineData("", "en")]
    [InlineData("de", "de")]
    [InlineData("DE-at", "de")]
    [InlineData("deutsch", "en")]
    [InlineData("fr, de;q=0.8, en;q=0.9", "en")]
    [InlineData("fr, de;q=0.9, en;q=0.8", "de")]
    [InlineData("de;q=0, en;q=0.1", "en")]
    [InlineData("de, en", "de")]
    [InlineData("*", "en")]
    [InlineData("fr", "en")]
    [InlineData("de;q=a lot;;", "en")]
    public void Is_the_one_that_the_reader_prefers(string? acceptLanguage, string expected) =>
        Language.Preferred(acceptLanguage).ShouldBe(expected);
}
