namespace RideBooking.Console.SignIn;

/// <summary>Why a sign-in was refused. The address of the sign-in page has the code and never the text.</summary>
internal static class Refusals
{
    public const string NotAToken = "not-a-token";
    public const string NotAName = "not-a-name";
    public const string NotValid = "not-valid";
    public const string NotAnOperator = "not-an-operator";
    public const string NoAnswer = "no-answer";
    public const string Authority = "authority";

    public static string? Explain(string? code) =>
        code switch
        {
            null => null,
            NotAToken => "This is not a token.",
            NotAName => "The API does not accept this name.",
            NotValid => "The token is not valid, or no longer.",
            NotAnOperator => "You are not an operator: the token lacks this role.",
            NoAnswer => "The API does not answer. Try again in a moment.",
            _ => "The authority did not sign you in. The host's log says why.",
        };
}
