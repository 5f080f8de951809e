using RideBooking.Console.SignIn;

namespace RideBooking.Tests.Console.SignIn;

public sealed class SessionTests
{
    [Theory]
    [InlineData("/console")]
    [InlineData("/console/rides?state=completed")]
    [InlineData("/console?after=1")]
    public void Signing_in_leads_to_the_page_of_the_console_that_was_asked_for(string page) =>
        Session.ReturnTo(page).ShouldBe(page);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("https://elsewhere.example/console")]
    [InlineData("//elsewhere.example/console")]
    [InlineData("/\\elsewhere.example")]
    [InlineData("/consoles")]
    [InlineData("/console/../api/v1/dev/token")]
    [InlineData("/console/%2e%2e/api/v1/dev/token")]
    [InlineData("/console/\r\nLocation: https://elsewhere.example")]
    [InlineData("/api/v1/rides")]
    [InlineData("javascript:alert(1)")]
    public void Signing_in_leads_nowhere_else(string? page) => Session.ReturnTo(page).ShouldBe("/console");
}
