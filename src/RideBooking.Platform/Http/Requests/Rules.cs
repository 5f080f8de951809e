using FluentValidation;
using RideBooking.Contracts;

namespace RideBooking.Platform.Http.Requests;

/// <summary>
/// Validation rules that several requests share. Each accepts null: the type says whether a member may be absent.
/// </summary>
public static class Rules
{
    /// <summary>Requires a place on the globe, whose address, if any, is text.</summary>
    public static IRuleBuilderOptions<T, Place?> OnTheMap<T>(this IRuleBuilder<T, Place?> rule) =>
        rule.SetValidator(PlaceRule.Instance!);

    /// <summary>Requires the stops of a trip: not too many, each on the globe.</summary>
    public static void Stops<T>(this IRuleBuilder<T, IReadOnlyList<Place>?> rule) =>
        rule.Must(stops => stops is null || stops.Count <= Itinerary.MaxStops)
            .WithMessage($"must be at most {Itinerary.MaxStops}")
            .Must(stops => stops is null || !stops.Contains(null!))
            .WithMessage("must not contain null")
            .Custom(
                (stops, context) =>
                {
                    foreach (var (number, stop) in (stops ?? []).Where(stop => stop is not null).Index())
                    foreach (var error in PlaceRule.Instance.Validate(stop).Errors)
                        context.AddFailure(
                            $"{context.PropertyPath}[{number}].{error.PropertyName}",
                            error.ErrorMessage
                        );
                }
            );

    /// <summary>Requires a latitude in degrees.</summary>
    public static IRuleBuilderOptions<T, double> Latitude<T>(this IRuleBuilder<T, double> rule) =>
        rule.Must(lat => lat is >= -90 and <= 90).WithMessage("must be from -90 to 90 degrees");

    /// <summary>Requires a longitude in degrees.</summary>
    public static IRuleBuilderOptions<T, double> Longitude<T>(this IRuleBuilder<T, double> rule) =>
        rule.Must(lng => lng is >= -180 and <= 180).WithMessage("must be from -180 to 180 degrees");

    /// <summary>
    /// Requires text of a given length, not blank (unless it may be empty) and without control characters other than line
    /// breaks and tabs.
    /// </summary>
    public static IRuleBuilderOptions<T, string?> Text<T>(this IRuleBuilder<T, string?> rule, int min, int max) =>
        rule.Must(text => text is null || (text.Length >= min && text.Length <= max))
            .WithMessage($"must have {min} to {max} characters")
            .Must(text => text is null || text.Length < min || min == 0 || !string.IsNullOrWhiteSpace(text))
            .WithMessage("must not be blank")
            .Must(text => text is null || !text.Any(c => char.IsControl(c) && c is not ('\n' or '\r' or '\t')))
            .WithMessage("must not contain control characters");

    /// <summary>Requires the text of a reason.</summary>
    public static IRuleBuilderOptions<T, string?> Reason<T>(this IRuleBuilder<T, string?> rule) =>
        rule.Text(1, Reasons.MaxLength);

    /// <summary>Requires one of the given values, exactly.</summary>
    public static IRuleBuilderOptions<T, string?> OneOf<T>(
        this IRuleBuilder<T, string?> rule,
        params string[] values
    ) =>
        rule.Must(value => value is null || values.Contains(value, StringComparer.Ordinal))
            .WithMessage($"must be one of: {string.Join(", ", values)}");

    sealed class PlaceRule : AbstractValidator<Place>
    {
        public static readonly PlaceRule Instance = new();

        PlaceRule()
        {
            RuleFor(place => place.Lat).Latitude();
            RuleFor(place => place.Lng).Longitude();
            RuleFor(place => place.Address).Text(0, Place.MaxAddressLength);
        }
    }
}
