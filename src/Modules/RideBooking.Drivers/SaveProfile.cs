using System.Text.RegularExpressions;
using FluentValidation;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using RideBooking.Contracts;
using RideBooking.Contracts.Seams;
using RideBooking.Platform.Http.Authentication;
using RideBooking.Platform.Http.Problems;
using RideBooking.Platform.Http.Requests;
using RideBooking.Platform.Persistence;

namespace RideBooking.Drivers;

/// <summary>Saves a driver's name and vehicle.</summary>
/// <remarks>
/// A running shift keeps the vehicle it began with, because riders look for it. A new vehicle applies from the next
/// shift.
/// </remarks>
internal static partial class SaveProfile
{
    public static void Map(RouteGroupBuilder drivers) =>
        drivers.MapPut("/drivers/me", Handle).WithSummary("Create or change your profile");

    internal static async Task<Results<Ok<ProfileView>, ProblemHttpResult>> Handle(
        Request request,
        Driver driver,
        AppDbContext db,
        ITripPolicy policy,
        CancellationToken cancellationToken
    )
    {
        if (!policy.VehicleClasses.Contains(request.VehicleClass, StringComparer.Ordinal))
            return Problem.Validation(
                "vehicle.class",
                $"must be one of the tariff's classes: {string.Join(", ", policy.VehicleClasses)}"
            );

        var profile = await db.Set<DriverProfile>()
            .SingleOrDefaultAsync(row => row.DriverId == driver.Id, cancellationToken);
        if (profile is null)
            db.Add(
                profile = new DriverProfile
                {
                    DriverId = driver.Id,
                    Name = "",
                    Vehicle = new Vehicle("", "", ""),
                }
            );
        Fill(profile, request);
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException exception)
            when (DatabaseConflicts.IsDuplicateKey(exception) && db.Entry(profile).State == EntityState.Added)
        {
            // Two requests created the driver's first profile at once: the later one updates it.
            db.Entry(profile).State = EntityState.Detached;
            if (
                await db.Set<DriverProfile>().SingleOrDefaultAsync(row => row.DriverId == driver.Id, cancellationToken)
                is not { } first
            )
                throw;
            Fill(profile = first, request);
            await db.SaveChangesAsync(cancellationToken);
        }
        return TypedResults.Ok(ProfileView.Of(profile));
    }

    static void Fill(DriverProfile profile, Request request)
    {
        profile.Name = request.Name.Trim();
        profile.Vehicle = new Vehicle(request.VehicleClass, request.Vehicle.Plate.Trim(), request.Vehicle.Model.Trim());
    }

    /// <param name="Name">The driver's name, as riders see it.</param>
    /// <param name="Vehicle">The vehicle the rider looks for.</param>
    internal sealed partial record Request(string Name, Vehicle Vehicle)
    {
        /// <summary>The pattern of a class: a slug in upper or lower case. It is stored in lower case.</summary>
        [GeneratedRegex("^[A-Za-z0-9-]{1,32}\\z", RegexOptions.CultureInvariant)]
        private static partial Regex Slug();

#pragma warning disable CA1308 // The slug is stored in lower case.
        internal string VehicleClass => Vehicle.Class.ToLowerInvariant();
#pragma warning restore CA1308

        internal sealed class Validator : AbstractValidator<Request>
        {
            public Validator()
            {
                RuleFor(request => request.Name).Text(1, 100);
                RuleFor(request => request.Vehicle.Class)
                    .Must(vehicleClass => Slug().IsMatch(vehicleClass))
                    .WithMessage("must have 1 to 32 letters, digits or hyphens");
                RuleFor(request => request.Vehicle.Plate).Text(1, Vehicle.MaxPlateLength);
                RuleFor(request => request.Vehicle.Model).Text(1, Vehicle.MaxModelLength);
            }
        }
    }
}
