using RideBooking.Console.Api;

namespace RideBooking.Console.Parts;

/// <summary>Maps positions to points of a drawing, with north up and the same scale in both directions.</summary>
/// <remarks>It grows when something lies outside, and does not shrink: otherwise everything would jump.</remarks>
internal sealed class CityPlan
{
    public const int Width = 1000;
    public const int Height = 640;

    const int Margin = 40;

    // A city with one driver is shown with its surroundings.
    const double MinSpanDegrees = 0.02;

    double _south = double.MaxValue;
    double _north = double.MinValue;
    double _west = double.MaxValue;
    double _east = double.MinValue;

    /// <summary>Whether there is anything to draw.</summary>
    public bool IsEmpty => _south > _north;

    /// <summary>Makes sure that a position is inside.</summary>
    public void Include(Point position)
    {
        (_south, _north) = (Math.Min(_south, position.Lat), Math.Max(_north, position.Lat));
        (_west, _east) = (Math.Min(_west, position.Lng), Math.Max(_east, position.Lng));
    }

    /// <summary>Returns the point of a position: pixels from the left and from the top.</summary>
    public (double X, double Y) PointOf(Point position)
    {
        var (lat, lng) = ((_south + _north) / 2, (_west + _east) / 2);
        var narrowing = Math.Cos(lat * Math.PI / 180);
        var scale = Math.Min(
            (Height - 2 * Margin) / Math.Max(MinSpanDegrees, _north - _south),
            (Width - 2 * Margin) / Math.Max(MinSpanDegrees, (_east - _west) * narrowing)
        );
        return (
            Math.Round(Width / 2.0 + (position.Lng - lng) * narrowing * scale, 1),
            Math.Round(Height / 2.0 - (position.Lat - lat) * scale, 1)
        );
    }
}
